/** A sweep file's text as plain values, or the line and column where it stops being YAML or JSON. */

import type { Document, Node } from 'yaml';
import { isAlias, isCollection, isScalar, Lexer, LineCounter, Parser, parseDocument, visit } from 'yaml';

export type SpecText = { spec: string; format: 'YAML' | 'JSON' };

export type Parsed =
  | { ok: true; value: unknown }
  | { ok: false; message: string; line: number; column: number };

export const MAX_SPEC_BYTES = 256 * 1024;
export const MAX_DEPTH = 32;

/**
 * Reads one document. Refused: more than 256 KiB, nesting beyond 32, aliases (they grow exponentially), tags,
 * duplicate keys, a second document. JSON is held to its own grammar and then read by the same parser.
 */
export function parseSpec({ spec, format }: SpecText): Parsed {
  const lines = new LineCounter();
  const bytes = Buffer.byteLength(spec);
  if (bytes > MAX_SPEC_BYTES)
    return broken(`is ${bytes} bytes long, the limit is ${MAX_SPEC_BYTES}`, 0, lines);
  const tooDeep = depthExceededAt(spec, lines);
  if (tooDeep !== null) return broken(`nested deeper than ${MAX_DEPTH} levels`, tooDeep, lines);
  const document = parseDocument(spec, {
    version: '1.2',
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
  });
  const trouble = (format === 'JSON' ? jsonTrouble(spec, document) : null) ?? yamlTrouble(document);
  if (trouble !== null) return broken(trouble.message, trouble.offset, lines);
  return { ok: true, value: document.toJS() };
}

type Trouble = { message: string; offset: number };

function yamlTrouble(document: Document): Trouble | null {
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) return { message: plainMessage(problem), offset: problem.pos[0] };
  if (document.directives?.yaml.version !== '1.2')
    return { message: 'only YAML 1.2 is read: drop the %YAML line', offset: 0 };
  let alias: Node | null = null;
  visit(document, {
    Node(_, node) {
      if (!isAlias(node)) return undefined;
      alias = node;
      return visit.BREAK;
    },
  });
  return alias === null
    ? null
    : { message: 'aliases are not read: write the value out', offset: offsetOf(alias) };
}

/** The parser speaks to programmers about two things that people do run into. */
function plainMessage(problem: { code: string; message: string }): string {
  switch (problem.code) {
    case 'MULTIPLE_DOCS':
      return 'a second document begins here: a sweep file is one document';
    case 'DUPLICATE_KEY':
      return 'the same key is given twice';
    default:
      return problem.message;
  }
}

/** Strict JSON by the engine's own parser; the place comes from its message, else from the first node that is not JSON. */
function jsonTrouble(spec: string, document: Document): Trouble | null {
  try {
    JSON.parse(spec);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const stated = message.match(/at position (\d+)/)?.[1];
    if (stated !== undefined)
      return { message: message.replace(/ at position \d+.*$/s, ''), offset: Number(stated) };
    if (message.startsWith('Unexpected end')) return { message, offset: spec.length };
    const offset = document.errors[0]?.pos[0] ?? firstNonJson(document) ?? 0;
    return { message: 'is not valid JSON', offset };
  }
}

function firstNonJson(document: Document): number | null {
  let offset: number | null = null;
  visit(document, {
    Node(_, node) {
      const json = isScalar(node)
        ? node.type === 'QUOTE_DOUBLE' || /^(true|false|null|-?\d[\d.eE+-]*)$/.test(node.source ?? '')
        : isCollection(node) && node.flow === true;
      if (json) return undefined;
      offset = offsetOf(node);
      return visit.BREAK;
    },
  });
  return offset;
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** Offset where nesting passes the limit. Before composing, which recurses: a deep input must not reach it. */
function depthExceededAt(spec: string, lines: LineCounter): number | null {
  const parser = new Parser(lines.addNewLine);
  for (const lexeme of new Lexer().lex(spec)) {
    for (const _ of parser.next(lexeme)) void _;
    // The stack holds the document, one token a level, and the scalar at hand.
    const levels =
      parser.stack.length > MAX_DEPTH ? parser.stack.filter((token) => 'items' in token).length : 0;
    if (levels > MAX_DEPTH) return parser.offset;
  }
  lines.lineStarts.length = 0;
  return null;
}

function broken(message: string, offset: number, lines: LineCounter): Parsed {
  const { line, col } = lines.linePos(offset);
  return { ok: false, message, line: Math.max(line, 1), column: Math.max(col, 1) };
}
