import { type Json, type JsonObject, isList, isObject, scalar, textOf } from "./json.ts";

/** Meta keys that nft writes without the word `meta`. */
const bareMeta = new Set([
  "iif",
  "oif",
  "iifname",
  "oifname",
  "iiftype",
  "oiftype",
  "iifgroup",
  "oifgroup",
  "skuid",
  "skgid",
  "nftrace",
  "rtclassid",
  "ibrname",
  "obrname",
]);
const operators = ["&", "|", "^", "<<", ">>"];

type Render = (value: JsonObject) => string;

function only(object: JsonObject): readonly [string, Json] {
  for (const key in object) return [key, object[key] ?? null];
  return ["", null];
}

function word(object: JsonObject, key: string, prefix = ""): string {
  const text = textOf(object, key);
  return text === undefined ? "" : `${prefix}${text} `;
}

function flags(object: JsonObject): string {
  const value = object["flags"];
  return value === undefined ? "" : ` ${isList(value) ? value.map(scalar).join(",") : scalar(value)}`;
}

/** Expressions by their key, where the value is an object. */
const expressions: Readonly<Record<string, Render>> = {
  prefix: (value) => `${renderExpression(value["addr"])}/${textOf(value, "len") ?? ""}`,
  payload: (value) =>
    value["protocol"] === undefined
      ? `@${textOf(value, "base") ?? ""},${textOf(value, "offset") ?? ""},${textOf(value, "len") ?? ""}`
      : `${textOf(value, "protocol") ?? ""} ${textOf(value, "field") ?? ""}`,
  meta: (value) => (bareMeta.has(textOf(value, "key") ?? "") ? "" : "meta ") + (textOf(value, "key") ?? ""),
  ct: (value) => `ct ${word(value, "dir")}${word(value, "family")}${textOf(value, "key") ?? ""}`,
  fib: (value) =>
    `fib ${isList(value["flags"]) ? value["flags"].map(scalar).join(" . ") : scalar(value["flags"])} ${textOf(value, "result") ?? ""}`,
  rt: (value) => `rt ${word(value, "family")}${textOf(value, "key") ?? ""}`,
  socket: (value) => `socket ${textOf(value, "key") ?? ""}`,
  numgen: (value) => `numgen ${word(value, "mode")}mod ${textOf(value, "mod") ?? ""}${offset(value)}`,
  // The seed is left out: the kernel draws it where none is given.
  jhash: (value) =>
    `jhash ${renderExpression(value["expr"])} mod ${textOf(value, "mod") ?? ""}${offset(value)}`,
  map: (value) => `${renderExpression(value["key"])} map ${renderData(value["data"])}`,
  elem: renderElement,
  "tcp option": (value) => `tcp option ${word(value, "name")}${textOf(value, "field") ?? ""}`.trimEnd(),
  exthdr: (value) => `exthdr ${word(value, "name")}${textOf(value, "field") ?? ""}`.trimEnd(),
  jump: (value) => `jump ${textOf(value, "target") ?? ""}`,
  goto: (value) => `goto ${textOf(value, "target") ?? ""}`,
};

function offset(value: JsonObject): string {
  const number = value["offset"];
  return number === undefined || number === 0 ? "" : ` offset ${renderExpression(number)}`;
}

function renderElement(value: JsonObject): string {
  const comment = textOf(value, "comment");
  return (
    renderExpression(value["val"]) + (comment === undefined ? "" : ` comment ${JSON.stringify(comment)}`)
  );
}

/** One element of a set, or of a map as `key : value`. */
export function renderEntry(entry: Json): string {
  if (!isList(entry)) return renderExpression(entry);
  return `${renderExpression(entry[0])} : ${renderExpression(entry[1])}`;
}

/** An anonymous set or map, in one order whatever the kernel's. */
function renderData(data: Json | undefined): string {
  if (isObject(data) && isList(data["set"]))
    return `{ ${data["set"].map(renderEntry).toSorted().join(", ")} }`;
  return renderExpression(data);
}

/** An expression of nft JSON as nft writes it; what is not known here is written as JSON, so that nothing is lost. */
export function renderExpression(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (isList(value)) return value.map(renderExpression).join(",");
  if (!isObject(value)) return scalar(value);
  const [key, inner] = only(value);
  if (key === "set") return renderData(value);
  if (inner === null) return key;
  if (isList(inner)) {
    if (key === "range") return inner.map(renderExpression).join("-");
    if (key === "concat") return inner.map(renderExpression).join(" . ");
    if (operators.includes(key)) return `(${inner.map(renderExpression).join(` ${key} `)})`;
  }
  const render = expressions[key];
  return render !== undefined && isObject(inner) ? render(inner) : JSON.stringify(value);
}

/** Whether it is the packet's or connection's mark, alone or under a mask. */
function isMark(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  const [key, inner] = only(value);
  if (operators.includes(key)) return isList(inner) && isMark(inner[0]);
  return (key === "meta" || key === "ct") && isObject(inner) && inner["key"] === "mark";
}

/** Numbers in hexadecimal, as nft writes marks. */
function renderMark(value: Json | undefined): string {
  if (typeof value === "number") return `0x${value.toString(16)}`;
  if (!isObject(value)) return renderExpression(value);
  const [key, inner] = only(value);
  if (!isList(inner)) return renderExpression(value);
  if (key === "set") return `{ ${inner.map(renderMark).toSorted().join(", ")} }`;
  if (key === "range") return inner.map(renderMark).join("-");
  return operators.includes(key) ? `(${inner.map(renderMark).join(` ${key} `)})` : renderExpression(value);
}

/** How the two sides of a comparison or assignment are written. */
function renderSide(of: Json | undefined): (value: Json | undefined) => string {
  return isMark(of) ? renderMark : renderExpression;
}

function renderNat(key: string, value: JsonObject): string {
  const address = value["addr"] === undefined ? "" : renderExpression(value["addr"]);
  const port = value["port"] === undefined ? "" : `:${renderExpression(value["port"])}`;
  const bracketed = address.includes(":") && port !== "" ? `[${address}]` : address;
  const to = bracketed === "" && port === "" ? "" : ` to ${bracketed}${port}`;
  return `${key}${value["family"] === undefined ? "" : ` ${textOf(value, "family") ?? ""}`}${to}${flags(value)}`;
}

/** Statements by their key, where the value is an object. An empty text leaves the statement out. */
const statements: Readonly<Record<string, Render>> = {
  match: (value) => {
    const op = textOf(value, "op") ?? "==";
    const render = renderSide(value["left"]);
    return `${render(value["left"])} ${op === "==" || op === "in" ? "" : `${op} `}${render(value["right"])}`;
  },
  counter: () => "",
  last: () => "",
  limit: (value) =>
    `limit rate ${value["inv"] === true ? "over " : ""}${textOf(value, "rate") ?? ""} ${word(value, "rate_unit")}per ${textOf(value, "per") ?? ""} burst ${textOf(value, "burst") ?? "0"}`,
  quota: (value) =>
    `quota ${value["inv"] === true ? "over " : ""}${word(value, "val")}${textOf(value, "val_unit") ?? ""}`,
  log: (value) => {
    const rest = Object.entries(value).map(
      ([key, inner]) => `${key} ${key === "prefix" ? JSON.stringify(inner) : renderExpression(inner)}`,
    );
    return ["log", ...rest].join(" ");
  },
  reject: (value) =>
    `reject with ${word(value, "type")}${value["expr"] === undefined ? "" : renderExpression(value["expr"])}`.trimEnd(),
  mangle: (value) => `${renderExpression(value["key"])} set ${renderSide(value["key"])(value["value"])}`,
  vmap: (value) => `${renderExpression(value["key"])} vmap ${renderData(value["data"])}`,
  set: (value) =>
    `${word(value, "op")}${textOf(value, "set") ?? ""} { ${renderExpression(value["elem"])}${nested(value)} }`,
  map: (value) =>
    `${word(value, "op")}${textOf(value, "map") ?? ""} { ${renderExpression(value["elem"])}${nested(value)} : ${renderExpression(value["data"])} }`,
  xt: (value) => `xt ${word(value, "type")}${textOf(value, "name") ?? ""}`,
};
const nat = new Set(["dnat", "snat", "masquerade", "redirect", "tproxy"]);

function nested(value: JsonObject): string {
  const inner = value["stmt"];
  const text = isList(inner) ? inner.map(renderStatement).filter(Boolean).join(" ") : "";
  return text === "" ? "" : ` ${text}`;
}

/** A statement of nft JSON as nft writes it, without counters; empty where it is nothing but one. */
export function renderStatement(statement: Json): string {
  // nft writes a statement that it has no JSON for as nft text.
  if (typeof statement === "string")
    return statement
      .replace(/counter packets \d+ bytes \d+/g, "")
      .replace(/\s+/g, " ")
      .trim();
  if (!isObject(statement)) return renderExpression(statement);
  const [key, value] = only(statement);
  if (key === "counter" && value === null) return "";
  if (typeof value === "string" && key !== "xt") return `${key} name "${value}"`;
  if (!isObject(value)) return renderExpression(statement);
  if (nat.has(key)) return renderNat(key, value);
  return statements[key]?.(value) ?? renderExpression(statement);
}
