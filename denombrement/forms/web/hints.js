// Hints against the classic errors of names and birth dates. Pure: keys of texts, no value is kept.

const PARTICLES = /^(van|von|de|der|den|du|da|dos|di|del|della|ten|ter|el|al|le|la|ben|bin|ait|aït|mac|mc|o)['’\s-]/i;
const MARRIED = /(épouse|epouse|\bép\b|\bep\b|\bvve\b|veuve|née|geb\.|geboren)/i;
const letters = (text) => text.replace(/[^\p{L}]/gu, "");
const isUpper = (text) => letters(text).length > 1 && text === text.toUpperCase() && text !== text.toLowerCase();

// Hints for what is typed so far: { given, family, day, month, year } as texts; `year` of the count's night.
export function identityHints(typed, nightYear) {
  return [...nameHints(typed), ...dateHints(typed, nightYear)];
}

function nameHints({ given, family }) {
  const hints = [];
  if (/[\d?/()]/.test(given + family)) hints.push("hint_digits");
  if (/[,;]/.test(given + family)) hints.push("hint_comma");
  if (isUpper(given) && family && !isUpper(family)) hints.push("hint_swapped");
  if (MARRIED.test(family)) hints.push("hint_married");
  else if (PARTICLES.test(family)) hints.push("hint_particle");
  else if (/\p{L}{2,}[\s-]+\p{L}{2,}/u.test(family)) hints.push("hint_double_name");
  if (/\p{L}{2,}\s+\p{L}{2,}/u.test(given)) hints.push("hint_given_names");
  if (/^\p{L}\.?$/u.test(given.trim()) || /^\p{L}\.?$/u.test(family.trim())) hints.push("hint_initial");
  return hints;
}

function dateHints({ day, month, year }, nightYear) {
  const [d, m, y] = [day, month, year].map(Number);
  const hints = [];
  if (d === 1 && m === 1) hints.push("hint_first_january");
  if (m > 12 && d >= 1 && d <= 12) hints.push("hint_month_over_12");
  if (y > 1000 && !(d && m)) hints.push("hint_weak_date");
  if (y > 1000 && nightYear - y > 100) hints.push("hint_very_old");
  if (y > 1000 && y <= nightYear && nightYear - y < 18) hints.push("hint_minor");
  return hints;
}

// The youngest and the oldest whole age on a night that the known parts of a birth date allow; null without a year.
// 1 January stands for an unknown day.
export function agesOn(night, { day, month, year }) {
  const [d, m, y] = [day, month, year].map(Number);
  const [nightYear, nightMonth, nightDay] = night.split("-").map(Number);
  const age = nightYear - y;
  if (!y || age < 0 || age > 120) return null;
  if (!m || (d === 1 && m === 1) || (m === nightMonth && !d)) return [Math.max(age - 1, 0), age];
  const whole = age - (nightMonth < m || (nightMonth === m && nightDay < d) ? 1 : 0);
  return [whole, whole];
}
