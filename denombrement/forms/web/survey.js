// The questionnaire of this campaign, put here once at the start: questions, options, rules, tree, texts, communes, the
// dates of its night, and the names of campaign and service.

export const survey = {};
