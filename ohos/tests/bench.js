// What the facade's calls cost next to Rust's own, with the library as it ships: node bench.js FILE
// For `cargo xtask bench bindings`, which builds it and says where it is.
'use strict';
const fs = require('node:fs');
const { Consent, Properties, Staykit, app, device, native, start } = require('./facade.js');

const WARM_STARTS = 60;
const STARTS = 61;
const WARM_UP = 400;
const ROUNDS = 800;
/** So few that most rounds are over before the thread is interrupted. */
const IN_ROUND = 50;
const BETWEEN_MAINTENANCE = 20;
const NO_HANDLE = 0;

const median = (of) => [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)];
const nanoseconds = (from) => Number(process.hrtime.bigint() - from);

function properties(n) {
  return Properties.of()
    .money('amount', 1990, 'CNY')
    .text('sku', 'strap-21')
    .integer('quantity', n)
    .number('rating', 4.5)
    .flag('gift', false);
}

function byFacade(staykit) {
  const from = process.hrtime.bigint();
  for (let n = 0; n < IN_ROUND; n++) {
    const receipt = staykit.record('purchase', properties(n));
    if (!receipt.isRecorded) throw new Error(receipt.why);
  }
  return nanoseconds(from);
}

/** All but what the engine does: the properties, their encoding, the way there and back. */
function withoutEngine(staykit) {
  const { encoder } = staykit.session;
  const from = process.hrtime.bigint();
  for (let n = 0; n < IN_ROUND; n++) {
    encoder.draft('purchase', properties(n));
    native.record(NO_HANDLE, encoder.buffer, encoder.length);
  }
  return nanoseconds(from);
}

/** The engine and the way there, with a draft that is encoded already. */
function byBytes(handle, { buffer, length }) {
  const from = process.hrtime.bigint();
  for (let n = 0; n < IN_ROUND; n++) {
    if (native.record(handle, buffer, length) < 0) throw new Error('refused');
  }
  return nanoseconds(from);
}

/** Microseconds that a start keeps the main thread: the first, and those whose code is compiled. */
async function starts() {
  const all = [];
  for (let n = 0; n < WARM_STARTS + STARTS; n++) {
    const context = app();
    device.network.isThere = false;
    const from = process.hrtime.bigint();
    // As the README does it, with everything that is on unless it is switched off.
    const staykit = Staykit.start(context, { endpoint: 'https://collect.example.com', writeKey: 'pk_live', consent: Consent.all() });
    all.push(nanoseconds(from) / 1e3);
    await staykit.flush();
    await staykit.close();
  }
  return [all[0], ...all.slice(WARM_STARTS)];
}

/** Nanoseconds of one record: by the facade and by Rust's own, in turn, round by round, into the same store. */
async function records() {
  const staykit = start(app());
  await staykit.ready();
  const { handle } = staykit;
  const rounds = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    // Nobody records this much without a pause; what the engine owes its files is not counted here.
    if (round % BETWEEN_MAINTENANCE === 0) await native.maintain(handle, 2_000);
    const first = round % 2 === 0 ? byFacade(staykit) : 0;
    const rust = native.recordInRust(handle, IN_ROUND);
    // Who comes first may find the other's dirt.
    const facade = first === 0 ? byFacade(staykit) : first;
    const way = withoutEngine(staykit);
    const bytes = byBytes(handle, staykit.session.encoder);
    rounds.push({ facade, rust, way, bytes });
  }
  await staykit.close();
  return rounds.slice(WARM_UP);
}

async function measure() {
  const [first, ...others] = await starts();
  const rounds = await records();
  const each = (which) => median(rounds.map((round) => round[which])) / IN_ROUND;
  return {
    arkts_record_ns: each('facade'),
    arkts_rust_record_ns: each('rust'),
    arkts_without_engine_ns: each('way'),
    arkts_encoded_record_ns: each('bytes'),
    napi_vs_rust: median(rounds.map(({ facade, rust }) => facade / rust)),
    arkts_start_main_us: median(others),
    arkts_start_main_first_us: first,
  };
}

measure().then((figures) => fs.writeFileSync(process.argv[2], `${JSON.stringify(figures, null, 2)}\n`));
