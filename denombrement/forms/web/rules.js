// The rule tree's interpreter; grammar and meaning are those of denombrement/survey/rules/tree.py.
// A comparison with a missing operand is false; dates are ISO texts, so that they compare as texts.

const COMPARISONS = {
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

const isMissing = (value) => value === null || value === undefined;
export const isEmpty = (value) => isMissing(value) || value === "" || (Array.isArray(value) && value.length === 0);

// Whether the expression is true of these answers; `dates` holds night, one_month_after and two_weeks_before.
export function holds(expression, answers, dates) {
  const [name, body] = Object.entries(expression)[0];
  switch (name) {
    case "and":
      return body.every((part) => holds(part, answers, dates));
    case "or":
      return body.some((part) => holds(part, answers, dates));
    case "not":
      return !holds(body, answers, dates);
    case "in":
      return body[1].includes(read(body[0], answers, dates));
    case "has":
      return (answers[body[0].field] || []).includes(body[1].value);
    case "empty":
      return isEmpty(answers[body.field]);
    default:
      return compares(name, body, answers, dates);
  }
}

function compares(name, [leftNode, rightNode], answers, dates) {
  if (!Object.hasOwn(COMPARISONS, name)) throw new Error(`no operator ${name}`);
  const left = read(leftNode, answers, dates);
  const right = read(rightNode, answers, dates);
  return !isMissing(left) && !isMissing(right) && COMPARISONS[name](left, right);
}

function read(operand, answers, dates) {
  const [name, body] = Object.entries(operand)[0];
  switch (name) {
    case "field":
      return answers[body] ?? null;
    case "value":
      return body;
    case "param":
      return dates[body];
    case "count":
      return (answers[body.field] || []).length;
    case "year": {
      const date = read(body, answers, dates);
      return date === null ? null : Number(date.slice(0, 4));
    }
    case "minus": {
      const [left, right] = body.map((each) => read(each, answers, dates));
      return left === null || right === null ? null : left - right;
    }
    default:
      throw new Error(`no operand ${name}`);
  }
}

// The checks that a declaration fails; `child` is the child's rank from 0, or null.
export function findings(answers, checks, dates) {
  const failed = (subject, of, child) =>
    checks
      .filter((check) => check.of === of && holds(check.when, subject, dates))
      .map((check) => ({ check, child }));
  const children = answers.children || [];
  return [
    ...failed(answers, "declaration", null),
    ...children.flatMap((child, rank) => failed(child, "child", rank)),
  ];
}

// Codes of the questions that an expression looks at.
export function fieldsOf(node) {
  if (Array.isArray(node)) return node.flatMap(fieldsOf);
  if (node === null || typeof node !== "object") return [];
  return "field" in node ? [node.field] : Object.values(node).flatMap(fieldsOf);
}

// Answers to questions that are no longer asked are taken back, until nothing changes any more.
export function onlyAsked(answers, asked, dates) {
  const kept = { ...answers };
  for (;;) {
    const stale = Object.keys(kept).filter(
      (code) => !isEmpty(kept[code]) && code in asked && !holds(asked[code], kept, dates),
    );
    if (!stale.length) return kept;
    for (const code of stale) delete kept[code];
  }
}
