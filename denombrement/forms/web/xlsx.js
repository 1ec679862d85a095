// A small reader of .xlsx files: the zip directory, the browser's own inflater, and the few XML elements of a sheet.
// No markup is parsed by the browser: the page's policy forbids it.

const MOST_BYTES = 30e6; // of one inflated part
const PREFIX = "(?:\\w+:)?";
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: "\x22", apos: "'" };

export class NotAWorkbook extends Error {}

// Sheets in their order: each is a list of [row number, Map of column letters to texts or numbers].
export async function readSheets(file) {
  const parts = zipParts(new DataView(await file.arrayBuffer()));
  const names = [...parts.keys()].filter((name) => /^xl\/worksheets\/[^/]+\.xml$/.test(name)).sort();
  if (!names.length) throw new NotAWorkbook();
  const strings = sharedStrings(parts.has("xl/sharedStrings.xml") ? await parts.get("xl/sharedStrings.xml")() : "");
  const sheets = [];
  for (const name of names) sheets.push(rowsOf(await parts.get(name)(), strings));
  return sheets;
}

function zipParts(view) {
  let end = view.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new NotAWorkbook();
  const parts = new Map();
  let place = view.getUint32(end + 16, true);
  for (let count = view.getUint16(end + 10, true); count > 0; count -= 1) {
    const [size, nameSize, extra, comment] = [
      view.getUint32(place + 20, true),
      view.getUint16(place + 28, true),
      view.getUint16(place + 30, true),
      view.getUint16(place + 32, true),
    ];
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, place + 46, nameSize));
    const [method, local] = [view.getUint16(place + 10, true), view.getUint32(place + 42, true)];
    parts.set(name, () => inflated(view, local, size, method));
    place += 46 + nameSize + extra + comment;
  }
  return parts;
}

async function inflated(view, local, size, method) {
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const data = new Blob([new Uint8Array(view.buffer, start, size)]);
  if (method === 0) return data.text();
  const reader = data.stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const pieces = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(pieces).text();
    total += value.length;
    if (total > MOST_BYTES) throw new NotAWorkbook();
    pieces.push(value);
  }
}

const elements = (name, xml) => xml.matchAll(new RegExp(`<${PREFIX}${name}(\\s[^>]*?)?(?:/>|>([^]*?)</${PREFIX}${name}>)`, "g"));

const texts = (xml) => [...elements("t", xml.replace(/<(\w+:)?rPh[ >][^]*?<\/(\w+:)?rPh>/g, ""))].map(([, , text]) => plainText(text || "")).join("");

const plainText = (xml) =>
  xml.replace(/&(#x?)?(\w+);/g, (whole, sign, name) =>
    sign ? String.fromCodePoint(parseInt(name, sign === "#x" ? 16 : 10)) : (ENTITIES[name] ?? whole),
  );

const sharedStrings = (xml) => [...elements("si", xml)].map(([, , inside]) => texts(inside || ""));

function rowsOf(xml, strings) {
  return [...elements("row", xml)].map(([, attributes, inside], rank) => {
    const number = Number(/\sr="(\d+)"/.exec(attributes || "")?.[1] ?? rank + 1);
    const cells = new Map();
    for (const [, about, content] of elements("c", inside || "")) {
      const column = /\sr="([A-Z]+)/.exec(about || "")?.[1];
      const value = content ? cellValue(/\st="(\w+)"/.exec(about)?.[1], content, strings) : "";
      if (column && value !== "") cells.set(column, value);
    }
    return [number, cells];
  });
}

function cellValue(type, content, strings) {
  if (type === "inlineStr") return texts(content).trim();
  const [found] = elements("v", content);
  const text = plainText(found?.[2] ?? "");
  if (type === "s") return (strings[Number(text)] ?? "").trim();
  return type === "str" || type === "e" || text === "" ? text.trim() : Number(text);
}
