/** The laws of `CONTRACT.md`, by id. S laws are a store's, P laws are a pipe's. */
export type LawId =
  | 'S1'
  | 'S2'
  | 'S3'
  | 'S4'
  | 'S5'
  | 'S6'
  | 'S7'
  | 'S8'
  | 'S9'
  | 'S10'
  | 'P1'
  | 'P2'
  | 'P3'
  | 'P4'
  | 'P5'
  | 'P6'
  | 'P7'
  | 'P8'
  | 'P9'
  | 'P10'
  | 'P11'
  | 'P12'
  | 'P13'
  | 'P14'
  | 'P15'
  | 'P16'
  | 'P17'
  | 'P18';

/** `must`: a violation makes the subject non-conformant. Version 1 of the contract knows nothing weaker. */
export type LawLevel = 'must';

export interface Law {
  readonly id: LawId;
  readonly level: LawLevel;
  /** What holds, in one sentence. Test titles, coverage and reports all read it here. */
  readonly title: string;
}

const must = (id: LawId, title: string): Law => ({ id, level: 'must', title });

/** Every law of contract 1, in the order of `CONTRACT.md`. The only list. */
export const laws: readonly Law[] = [
  must('S1', 'order and content are exact for every sequence of calls'),
  must('S2', 'a chunk that is put without being given is not referred to afterwards'),
  must('S3', 'bytes from take are never touched again and share no memory with anything else'),
  must('S4', 'peek changes nothing, and its view outlives every put'),
  must('S5', 'size is exact and cost keeps to the amplification the strategy declares'),
  must('S6', 'clear drops every reference, and an empty store holds no chunk'),
  must('S7', 'memory is taken with the first byte, given back by clear, and never grows in a fixed store'),
  must('S8', 'resizable and shared memory is copied, and a detached chunk is reported'),
  must('S9', 'the cost of n operations on m bytes is linear in n + m'),
  must('S10', 'nothing handed out exposes the memory of a neighbour'),
  must('P1', 'delivered bytes are the accepted bytes, in order, without gap or repeat'),
  must('P2', 'exactly one terminal is seen, the first one, and only after every accepted byte'),
  must('P3', 'a failure is never seen as a clean end'),
  must('P4', 'an error after a clean end changes nothing'),
  must('P5', 'no answer depends on how many microtasks lie between calls'),
  must('P6', 'at quiescence nothing is pending that can be settled'),
  must('P7', 'waiting calls settle in call order, and an abandoned wait loses nothing'),
  must('P8', 'empty writes are invisible and no empty chunk is delivered'),
  must('P9', 'false from write means stop for now, and nothing else'),
  must('P10', 'memory is bounded for a producer that ignores every signal'),
  must('P11', 'pause and resume alternate, keep to the marks and never deadlock'),
  must('P12', 'hooks run after the state has changed and may call anything'),
  must('P13', 'a reader that leaves tells the source once, with the reason, and frees the memory'),
  must('P14', 'calls after the terminal are harmless'),
  must('P15', 'a declared length is held to the byte'),
  must('P16', 'all read methods agree'),
  must('P17', 'abandoned waits leave no listener and no reference behind'),
  must('P18', 'two pipes never affect each other'),
];

const byId = new Map(laws.map((law) => [law.id, law]));

/** The law of that id. An unknown id is a mistake in the suite, so it throws. */
export function lawOf(id: LawId): Law {
  const law = byId.get(id);
  if (law === undefined) throw new Error(`There is no law ${id}`);
  return law;
}

/** Whether a string from the outside (a command line, a `claims` list) names a law. */
export function isLawId(id: string): id is LawId {
  return laws.some((law) => law.id === id);
}
