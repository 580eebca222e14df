// tests/vectors, replayed: the facade's encoding and the native module answer what every language is answered.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Properties, app, native } = require('./facade.js');
const { Encoder } = require(`${process.env.STAYKIT_JS}/staykit/src/main/ets/draft/Encoder.js`);

const FOLDER = path.join(__dirname, '..', '..', 'tests', 'vectors');
const KEY = () => new Uint8Array(32).fill(7).buffer;
const WRAPPED = new TextEncoder().encode('wrapped').buffer;
const OUTCOMES = { shown: 1, dismissed: 2, clicked: 3 };

const hex = (buffer) => Buffer.from(buffer).toString('hex');
/** By bytes: in hex, zeros may begin in the middle of one. */
function replaced(text, from, to) {
  const [all, old] = [Buffer.from(text, 'hex'), Buffer.from(from, 'hex')];
  for (let at = all.indexOf(old); at >= 0; at = all.indexOf(old, at + old.length)) all.write(to, at, 'hex');
  return all.toString('hex');
}
const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex')).buffer;
const zone = ({ offset_min, next_at_ms, next_offset_min }) => ({
  offsetMin: offset_min,
  ...(next_at_ms === null || next_at_ms === undefined ? {} : { nextAtMs: next_at_ms, nextOffsetMin: next_offset_min }),
});

function stated(properties = []) {
  const to = Properties.of();
  for (const one of properties) {
    if (one.type === 'text') to.text(one.name, one.value);
    else if (one.type === 'utf16') to.text(one.name, String.fromCharCode(...(one.value ?? one.units)));
    else if (one.type === 'integer') to.integer(one.name, BigInt(one.value));
    else if (one.type === 'number') to.number(one.name, one.value);
    else if (one.type === 'flag') to.flag(one.name, one.value);
    else if (one.type === 'money') to.money(one.name, BigInt(one.minor), one.currency);
    else if (one.type === 'unset') to.unset(one.name);
    else throw new Error(`no property of type ${one.type}`);
  }
  return to;
}

class Device {
  constructor(given) {
    this.given = given;
    this.folder = path.join(app().filesDir, 'store');
    [this.wall, this.boot] = [given.wall_ms, given.boot_ms];
    this.encoder = new Encoder();
  }

  async open() {
    const { pack, app_version, consent, boot_id, seed } = this.given;
    const settings = {
      folder: this.folder,
      appVersion: app_version,
      deviceClass: 0,
      builtin: pack,
      consent,
      trustedKeys: [],
      events: [],
      refuseUnknown: false,
      zone: zone(this.given.zone),
    };
    const opened = native.rehearse(settings, this.wall, this.boot, seed, boot_id ?? undefined);
    this.handle = opened.handle;
    if (opened.wrappedKey === undefined) await native.unlockNew(this.handle, KEY(), WRAPPED);
    else await native.unlock(this.handle, KEY());
  }

  async step(step) {
    this.wall += (step.after_ms ?? 0) + (step.moved_ms ?? 0);
    this.boot += step.after_ms ?? 0;
    native.setClocks(this.handle, this.wall, this.boot);
    await this[step.do](step);
  }

  encoded(step, call) {
    const { buffer, length } = this.encoder;
    assert.strictEqual(hex(buffer.slice(0, length)), step.bytes);
    assert.strictEqual(call(this.handle, buffer, length), step.answer);
  }

  record(step) {
    this.encoder.draft(step.name, stated(step.properties));
    this.encoded(step, native.record);
  }

  facts(step) {
    this.encoder.facts(stated(step.properties));
    this.encoded(step, native.setFacts);
  }

  context(step) {
    this.encoder.facts(stated(step.properties));
    this.encoded(step, native.setContext);
  }

  tick(step) {
    assert.strictEqual(native.tick(this.handle), step.answer);
  }

  next_due(step) {
    assert.strictEqual(native.nextDue(this.handle), step.at_ms);
  }

  zone(step) {
    native.setZone(this.handle, zone(step));
  }

  async consent({ record, guide, upload }) {
    await native.setConsent(this.handle, { record, guide, upload });
  }

  decisions(step) {
    const texts = (all) => Object.fromEntries(all.map(({ locale, text }) => [locale, text]));
    const shown = ({ wallMs, title, body, cause, ...same }) =>
      ({ ...same, wall_ms: wallMs, title: texts(title), body: texts(body), cause: `${cause.kind}:${cause.name}` });
    assert.deepStrictEqual(native.decisions(this.handle).map(shown), step.are);
  }

  report(step) {
    assert.strictEqual(native.report(this.handle, step.decision, OUTCOMES[step.outcome]), step.answer);
  }

  explain({ why, text }) {
    const [[about, subject]] = Object.entries(why);
    for (const language of ['en', 'zh']) {
      assert.strictEqual(native.explain(this.handle, about, String(subject), language), text[language]);
    }
  }

  async upload(step) {
    const upload = await native.nextUpload(this.handle);
    if (step.body === null || step.body === undefined) {
      assert.strictEqual(upload, null);
      return;
    }
    const id = hex(upload.id);
    const zeros = '0'.repeat(32);
    assert.strictEqual(replaced(hex(upload.body), id, zeros), step.body);
    assert.deepStrictEqual([upload.events, upload.attempt], [step.events, step.attempt]);
    const answer = { status: step.status, body: unhex(replaced(step.response, zeros, id)) };
    const { kind, afterMs } = await native.finishUpload(this.handle, upload.id, answer);
    // How long, if at all, is drawn by the batch's id.
    assert.ok(afterMs >= 0 && afterMs < 2_000, `${afterMs}`);
    assert.strictEqual(kind, step.delivery);
  }

  async reopen() {
    await native.close(this.handle);
    await this.open();
  }
}

for (const file of fs.readdirSync(FOLDER).filter((name) => name.endsWith('.json'))) {
  const vector = JSON.parse(fs.readFileSync(path.join(FOLDER, file), 'utf8'));
  test(`${file}: ${vector.shows}`, async () => {
    const device = new Device(vector.settings);
    await device.open();
    for (const [number, step] of vector.steps.entries()) {
      await device.step(step).catch((error) => {
        error.message = `step ${number} (${step.do}): ${error.message}`;
        throw error;
      });
    }
    await native.close(device.handle);
  });
}

test('the vectors have each kind of step, and there are as many as Rust replays', () => {
  const files = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  const steps = files.flatMap((file) => JSON.parse(fs.readFileSync(path.join(FOLDER, file), 'utf8')).steps);
  const known = Object.getOwnPropertyNames(Device.prototype).filter((name) => !['constructor', 'open', 'step', 'encoded'].includes(name));
  assert.deepStrictEqual([...new Set(steps.map((step) => step.do))].sort(), known.sort());
});
