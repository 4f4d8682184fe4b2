import { HarnessError } from "../errors/harness-error.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Whether it is an object, and no list. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether it is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The field as text; undefined where it is absent or no text or number. */
export function textOf(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : undefined;
}

/** A value as text: a string as it is, anything else as JSON, nothing for what is absent. */
export function scalar(value: Json | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The field as a list of objects; empty where absent. */
export function objectsOf(object: JsonObject, key: string): readonly JsonObject[] {
  const value = object[key];
  return isList(value) ? value.filter(isObject) : [];
}

/**
 * What a tool printed as JSON.
 *
 * @param tool - for the error
 * @throws {HarnessError} `state/unreadable` where it is no JSON; empty text is none
 */
export function parseJson(tool: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new HarnessError("state/unreadable", `${tool} printed no JSON: ${excerpt(text)}`, { cause });
  }
}

/**
 * A list of objects, as `ip -j` prints it. Empty objects are left out: old releases print them for what
 * they filter.
 *
 * @throws {HarnessError} `state/unreadable` where it is anything else
 */
export function parseObjects(tool: string, text: string): readonly JsonObject[] {
  const value = parseJson(tool, text);
  if (!isList(value) || !value.every(isObject))
    throw new HarnessError("state/unreadable", `${tool} printed no list of objects: ${excerpt(text)}`);
  return value.filter((object) => Object.keys(object).length > 0);
}

/** The first words of a text, for an error message. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}...` : text);
}
