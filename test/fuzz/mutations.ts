/** Small changes of good text: what is nearly right gets further into a parser than noise does. */
import fc from 'fast-check';

type Mutation = (text: string) => string;

/** Where: a part of the text's length, so that it fits any text. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = (text: string, where: number): number => Math.floor(where * text.length);

/** @param pieces - What may be put in: the words that mean something to the parser. */
export const mutation = (...pieces: readonly string[]): fc.Arbitrary<Mutation> =>
  fc.oneof(
    fc.tuple(place, fc.integer({ min: 0, max: 6 })).map(
      ([where, bit]): Mutation =>
        (text) =>
          replaced(text, at(text, where), String.fromCharCode(text.charCodeAt(at(text, where)) ^ (1 << bit))),
    ),
    fc.tuple(place, fc.constantFrom(...pieces, '', '\0', ' ', '\n', 'é', '\ud800')).map(
      ([where, piece]): Mutation =>
        (text) =>
          text.slice(0, at(text, where)) + piece + text.slice(at(text, where)),
    ),
    fc.tuple(place, place).map(
      ([from, to]): Mutation =>
        (text) =>
          text.slice(0, Math.min(at(text, from), at(text, to))) +
          text.slice(Math.max(at(text, from), at(text, to))),
    ),
    fc.tuple(place, place).map(
      ([from, to]): Mutation =>
        (text) =>
          text + text.slice(Math.min(at(text, from), at(text, to)), Math.max(at(text, from), at(text, to))),
    ),
  );

/** One to three of them, one after the other. */
export const mutated = (text: string, ...pieces: readonly string[]): fc.Arbitrary<string> =>
  fc
    .array(mutation(...pieces), { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce((now, change) => change(now), text));

const replaced = (text: string, index: number, char: string): string =>
  text.slice(0, index) + char + text.slice(index + 1);
