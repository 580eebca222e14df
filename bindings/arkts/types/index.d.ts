/**
 * The core of Staykit, by Node-API: functions and handles. State is process-wide: a handle that one
 * ArkTS thread was given works in all of them.
 *
 * Calls that return a number are cheap and made for the main thread; those that return a promise
 * read and sync files on a thread of the pool. What fails throws (or rejects with) an `Error` whose
 * message begins with a code word and a colon: `closed: the engine was closed`.
 *
 * An answer, as `record`, `tick` and `report` return it, is a whole number. From 0 on it is
 * `number of the event * 256 + flags`; it stays exact below 2^53, for 2^45 events. Flags: 1 decisions
 * to show wait, 2 the due time changed, 4 in memory only, 8 signals changed. Below 0 it is why the
 * call was refused; `refusalText` has the words.
 */

/** What the person allows. */
export interface NativeConsent {
  record: boolean;
  guide: boolean;
  upload: boolean;
}

/** Offset from UTC in minutes, and the next change of it, if one is known. */
export interface NativeZone {
  offsetMin: number;
  nextAtMs?: number;
  nextOffsetMin?: number;
}

/** A typed property of an event of the app's own: `text`, `integer`, `number`, `flag` or `money`. */
export interface NativeProperty {
  name: string;
  type: string;
}

/** An event of the app's own. Class: 1 low, 2 normal, 3 high, 4 critical. */
export interface NativeEvent {
  name: string;
  priority: number;
  properties: NativeProperty[];
}

/** What an engine is opened with. */
export interface NativeSettings {
  /** Folder of the store; made if it is not there. */
  folder: string;
  /** Version of the app, for batches; empty if not told. */
  appVersion: string;
  /** 0 unknown, 1 phone, 2 watch, 3 tablet, 4 desktop. */
  deviceClass: number;
  /** For a person who has not been asked yet; nothing is allowed if it is left out. */
  consent?: NativeConsent;
  /** Name of a built-in pack: `retention`, `phone`, `watch`, `shop`, `fitness`. */
  builtin?: string;
  /** A signed pack in place of the built-in one, which is in force if this one is refused. */
  pack?: ArrayBuffer;
  /** Public keys of 32 bytes whose signatures make packs acceptable. */
  trustedKeys: ArrayBuffer[];
  events: NativeEvent[];
  /** Refuse events that the catalog does not know, to find misspelt names. */
  refuseUnknown: boolean;
  byteBudget?: number;
  ageLimitDays?: number;
  zone: NativeZone;
}

/** An engine that is open. */
export interface NativeOpened {
  handle: number;
  /** The data key as the vault wrapped it; left out for a new store. */
  wrappedKey?: ArrayBuffer;
  /** It waits for its key; one that was open already may not. */
  locked: boolean;
}

/** A text and its locale (`en`, `zh`, `pt-br`). */
export interface NativeText {
  locale: string;
  text: string;
}

/** Words in the languages that the engine speaks itself. */
export interface NativeWords {
  en: string;
  zh: string;
}

/** What made a campaign a candidate: an `event` of that name, or a signal of that name that `raised`. */
export interface NativeCause {
  kind: string;
  name: string;
}

/** Something to show. */
export interface NativeDecision {
  id: number;
  campaign: string;
  kind: string;
  title: NativeText[];
  body: NativeText[];
  action: string;
  /** The wall clock when it was decided, ms since 1970-01-01T00:00Z. */
  wallMs: number;
  cause: NativeCause;
  why: NativeWords;
  /** It was reported as seen. */
  shown: boolean;
}

/** How the engine is. Nothing in it is personal. */
export interface NativeStatus {
  /** 32 hexadecimal digits; empty while locked. */
  installation: string;
  /** `locked`, `unavailable`, `unlocked` or `closed`. */
  key: string;
  consent: NativeConsent;
  epoch: number;
  lastSeq: number;
  recorded: number;
  inMemory: number;
  refusedEvents: number;
  /** `sound`, `full`, `read_only`, `backlog` or `failing`. */
  storage: string;
  eventsWaiting: number;
  fileBytes: number;
  byteBudget: number;
  droppedEvents: number;
  damaged: boolean;
  consentInDoubt: boolean;
  packName: string;
  packVersion: number;
  /** Why the pack of the settings is not in force; left out if it is, or if there was none. */
  packRefused?: string;
  signals: string[];
}

/** What the person is likely to do next. */
export interface NativeNextAction {
  action: string;
  /** 0 to 1. */
  probability: number;
}

/** A signal or tag that stands: since when (ms since 1970-01-01T00:00Z), what it means, why it rose. */
export interface NativeConclusion {
  name: string;
  sinceMs: number;
  says: NativeText[];
  why: NativeWords;
}

/** What one factor gives to a score, in hundredths of a point. */
export interface NativeFactor {
  name: string;
  hundredths: number;
  says: NativeText[];
}

/** Where the person is between two levels. */
export interface NativeLevel {
  /** What the levels go by; left out if it cannot be calculated. */
  amount?: number;
  /** The next level; left out at the top. */
  next?: string;
  /** How far it is from the step of this level to the next, 0 to 1; 1 at the top. */
  progress: number;
  /** What is missing to the next; 0 at the top. */
  left: number;
  /** For what is given in proportion to the level. */
  multiplier: number;
}

/** The row of a table that the person is in. Kind: `segment`, `stage`, `level` or `tier`. */
export interface NativeStanding {
  kind: string;
  table: string;
  row: string;
  /** Since when, ms since 1970-01-01T00:00Z. */
  sinceMs: number;
  says: NativeText[];
  why: NativeWords;
  level?: NativeLevel;
}

/** A score in hundredths of a point, 0 to 10,000: its factors and `cut` add up to it. */
export interface NativeScore {
  name: string;
  hundredths: number;
  factors: NativeFactor[];
  /** What the bounds of 0 and 100 points take away (less than 0), or give. */
  cut: number;
  tier?: NativeStanding;
  says: NativeText[];
}

/** The likeliest next actions by one prediction of the pack, the likeliest first. */
export interface NativePrediction {
  name: string;
  actions: NativeNextAction[];
}

/** What the engine has understood of the person. */
export interface NativeUnderstanding {
  /** The wall clock, ms since 1970-01-01T00:00Z. */
  atMs: number;
  tags: NativeConclusion[];
  signals: NativeConclusion[];
  scores: NativeScore[];
  tables: NativeStanding[];
  next: NativePrediction[];
}

/** One figure that the active pack keeps. */
export interface NativeFigure {
  /** What it measures. */
  says: NativeWords;
  /** What it is now, durations in ms; left out if there is nothing it could be made of. */
  value?: number | boolean;
  /** From when on it takes in all that happened; left out if from the first event on. */
  validFromMs?: number;
  /** Whether what the buffer holds has yet to be taken in. */
  unfilled: boolean;
}

/** A batch to send. */
export interface NativeUpload {
  id: ArrayBuffer;
  body: ArrayBuffer;
  attempt: number;
  events: number;
}

/** What came back; status 0 stands for no answer at all. */
export interface NativeAnswer {
  status: number;
  retryAfter?: string;
  body?: ArrayBuffer;
}

/** What became of a batch: `acknowledged`, `retry`, `split`, `set_aside` or `unknown`. */
export interface NativeDelivery {
  kind: string;
  /** The pause before the next attempt, ms; 0 unless `retry`. */
  afterMs: number;
}

/** Opens the store in a folder, locked; a folder that is open in this process gives the same handle. */
export const open: (settings: NativeSettings) => Promise<NativeOpened>;
/** A new data key of 32 random bytes. Overwrite it as soon as it is wrapped. */
export const newKey: () => ArrayBuffer;
/** Unlocks a store with its data key. */
export const unlock: (handle: number, key: ArrayBuffer) => Promise<void>;
/** Unlocks a new store with a new data key and the same as the vault wrapped it. */
export const unlockNew: (handle: number, key: ArrayBuffer, wrapped: ArrayBuffer) => Promise<void>;
/**
 * The wrapping key is gone for good: erases what nobody can read any more. Then unlock with a new key;
 * what waits in memory is kept, and the loss is recorded and counted.
 */
export const eraseAndBeginAnew: (handle: number) => Promise<void>;

/** Records the draft in the first `length` bytes. */
export const record: (handle: number, draft: ArrayBuffer, length: number) => number;
/**
 * The same for what happened earlier, by both clocks (ms; the second since the device started). Its time is
 * kept if it comes before the unlocking, and in order; a moment that cannot be is now.
 */
export const recordEarlier: (
  handle: number,
  draft: ArrayBuffer,
  length: number,
  wallMs: number,
  bootMs: number
) => number;
/** Why a draft would be refused, in words: what, where and the limit; empty if it would not. */
export const whyRefused: (handle: number, draft: ArrayBuffer, length: number) => string;
/** The words for an answer below 0. */
export const refusalText: (code: number) => string;
/** Sets or unsets facts about the person. */
export const setFacts: (handle: number, facts: ArrayBuffer, length: number) => number;
/** Sets or unsets values of the context. */
export const setContext: (handle: number, context: ArrayBuffer, length: number) => number;
/** Lets time do its work. */
export const tick: (handle: number) => number;
/** When `tick` has something to do, ms since 1970-01-01T00:00Z; null if time alone changes nothing. */
export const nextDue: (handle: number) => number | null;
/** What is to be shown and was not answered yet, oldest first. */
export const decisions: (handle: number) => NativeDecision[];
/** Tells what became of a decision: 1 shown, 2 dismissed, 3 clicked. */
export const report: (handle: number, decision: number, outcome: number) => number;
/**
 * Answers why. About: `decision` (its number as the name), `not_shown`, `signal`, `score`, `segment`,
 * `stage`, `level` or `tier`. Language: `zh...` for Chinese, else English.
 */
export const explain: (handle: number, about: string, name: string, language: string) => string;
/** What the person is likely to do next by a prediction of the pack. */
export const nextActions: (handle: number, prediction: string, most: number) => NativeNextAction[];
/** Tells the zone that local days are counted in. */
export const setZone: (handle: number, zone: NativeZone) => void;

/** What the person allows. */
export const consent: (handle: number) => Promise<NativeConsent>;
/** Notes what the person allows; on flash when the promise is kept. */
export const setConsent: (handle: number, consent: NativeConsent) => Promise<void>;
/** How the engine is. */
export const status: (handle: number) => Promise<NativeStatus>;
/** What was understood of the person. */
export const understanding: (handle: number) => Promise<NativeUnderstanding>;
/** Every figure that the active pack keeps. */
export const figures: (handle: number) => Promise<NativeFigure[]>;
/** Verifies a signed pack and goes on under it. */
export const activatePack: (handle: number, signed: ArrayBuffer) => Promise<number>;
/** The next batch to send; null if there is none, no consent, or a pause. */
export const nextUpload: (handle: number) => Promise<NativeUpload | null>;
/** Tells what came back for a batch. */
export const finishUpload: (
  handle: number,
  id: ArrayBuffer,
  answer: NativeAnswer
) => Promise<NativeDelivery>;
/** Syncs everything recorded so far. */
export const flush: (handle: number) => Promise<void>;
/** Does what is due of maintenance, for about so long; answers with how many events moved. */
export const maintain: (handle: number, budgetMs: number) => Promise<number>;
/** Writes all that is stored about the person into a file, as JSON lines. */
export const exportTo: (handle: number, path: string) => Promise<void>;
/** Destroys the data key and every file, then begins a new installation. */
export const erase: (handle: number) => Promise<void>;
/** Syncs and ends. Every later call answers `closed`. */
export const close: (handle: number) => Promise<void>;
