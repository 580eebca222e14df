// What an app may hand over, right and wrong.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { EventClass, Properties, PropertyType, Refusal, app, device, native, start } = require('./facade.js');

async function exported(context, staykit) {
  const path = `${context.filesDir}/export.jsonl`;
  await staykit.export(path);
  return fs.readFileSync(path, 'utf8');
}

test('values arrive as they were stated', async () => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  const values = Properties.of()
    .integer('most', 9_007_199_254_740_991)
    .integer('least', -9_007_199_254_740_991)
    .integer('minus', -1)
    .integer('huge', BigInt('-9223372036854775808'))
    .number('half', 0.5)
    .flag('yes', true)
    .flag('no', false)
    .money('price', -1990, 'EUR');
  const receipt = staykit.record('all_kinds', values);
  assert.strictEqual(receipt.why, '');
  const text = await exported(context, staykit);
  for (const wanted of ['9007199254740991', '-9007199254740991', '-9223372036854775808', '0.5', 'true', 'false', '-1990', 'EUR']) {
    assert.ok(text.includes(wanted), `${wanted} in ${text}`);
  }
  await staykit.close();
});

test('every script, emoji and lone surrogates are written as UTF-8', async () => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  const texts = ['é', '你好', '👩‍👩‍👧 🇨🇳', '\u{10ffff}', 'a\ud800b', '\udc00', '\ud83d', '߿ࠀ￿'];
  for (const text of texts) {
    assert.strictEqual(staykit.record('search', Properties.of().text('query', text)).why, '');
  }
  assert.strictEqual(staykit.record('购物车🛒', Properties.of().text('商品', 'x')).isRecorded, true);
  const found = await exported(context, staykit);
  for (const text of texts) {
    assert.ok(found.includes(JSON.stringify(text.toWellFormed()).slice(1, -1)), text);
  }
  assert.ok(found.includes('购物车🛒'));
  await staykit.close();
});

test('each limit that is passed is named, with nothing of the value', async () => {
  const staykit = start(app());
  await staykit.ready();
  const long = (units) => 'x'.repeat(units);
  const cases = [
    ['n'.repeat(65), undefined, /64/],
    ['n'.repeat(100_000), undefined, /64/],
    ['你'.repeat(90), undefined, /64/],
    ['a', Properties.of().text('t', long(1_025)), /1024/],
    ['a', Properties.of().text('t', long(50_000_000)), /1024/],
    ['a', Properties.of().text(long(41), 'v'), /40/],
    ['', undefined, /name/],
    ['purchase', Properties.of().text('amount', 'secret'), /amount/],
    ['purchase', Properties.of().money('amount', 1, 'xx'), /amount/],
    ['purchase', Properties.of().money('amount', 1, '元元元'), /amount/],
  ];
  for (const [name, properties, words] of cases) {
    const receipt = staykit.record(name, properties);
    assert.strictEqual(receipt.isRecorded, false);
    assert.match(receipt.why, words);
    assert.doesNotMatch(receipt.why, /secret|xxx/);
  }
  const many = Properties.of();
  for (let i = 0; i < 33; i++) many.flag(`p${i}`, true);
  assert.match(staykit.record('a', many).why, /32/);
  const large = Properties.of();
  for (let i = 0; i < 1_000; i++) large.text(`p${i}`, long(4_096));
  assert.strictEqual(staykit.record('a', large).refusal, Refusal.DRAFT);
  assert.strictEqual(staykit.record('a').sequence, 1, 'what was refused took no number');
  await staykit.close();
});

test('what is of another type than it says is refused, and never thrown', async () => {
  const staykit = start(app());
  await staykit.ready();
  const wrong = [
    Properties.of().text('p', 5),
    Properties.of().text('p', null),
    Properties.of().text(undefined, 'x'),
    Properties.of().integer('p', 0.5),
    Properties.of().integer('p', Number.MAX_VALUE),
    Properties.of().integer('p', '5'),
    Properties.of().integer('p', BigInt('9223372036854775808')),
    Properties.of().number('p', NaN),
    Properties.of().number('p', Infinity),
    Properties.of().money('p', 0.1, 'CNY'),
    Properties.of().money('p', 1, {}),
    { stated: [] },
    'text',
  ];
  for (const properties of wrong) {
    assert.strictEqual(staykit.record('a', properties).refusal, Refusal.ENCODING);
  }
  for (const name of [undefined, null, 5, {}, []]) {
    assert.strictEqual(staykit.record(name).refusal, Refusal.ENCODING);
  }
  assert.strictEqual(staykit.record('a').sequence, 1);
  await staykit.close();
});

test('the native module refuses what is no draft, and a length beyond the buffer', async () => {
  const staykit = start(app());
  await staykit.ready();
  const { handle } = staykit;
  assert.strictEqual(native.record(handle, new ArrayBuffer(0), 0), -1);
  assert.strictEqual(native.record(handle, new ArrayBuffer(4), 5), -1);
  assert.strictEqual(native.record(handle, new Uint8Array([2, 1, 65]).buffer, 3), -1);
  assert.strictEqual(native.record(0, new Uint8Array([1, 1, 65]).buffer, 3), -12);
  assert.strictEqual(native.record(NaN, new Uint8Array([1, 1, 65]).buffer, 3), -12);
  assert.strictEqual(native.record(1e300, new Uint8Array([1, 1, 65]).buffer, 3), -12);
  for (const given of [[], ['1', new ArrayBuffer(1), 1], [1, 'text', 1], [1, {}, 1], [1, null, 1]]) {
    assert.throws(() => native.record(...given));
  }
  await assert.rejects(async () => native.open({}));
  await assert.rejects(native.unlock(handle, new ArrayBuffer(31)), /^Error: encoding: /);
  for (let code = -1; code >= -14; code--) assert.ok(native.refusalText(code).length > 5);
  await staykit.close();
});

test('why an event would be refused is told without recording it', async () => {
  const context = app();
  const staykit = start(context);
  const asked = staykit.whyRefused('purchase', Properties.of().text('amount', 'secret'));
  assert.match(await asked, /amount/);
  assert.doesNotMatch(await asked, /secret/);
  assert.match(await staykit.whyRefused('n'.repeat(65)), /64/);
  assert.match(await staykit.whyRefused('a', Properties.of().integer('p', 0.5)), /^p: /);
  assert.strictEqual(await staykit.whyRefused('a'), 'the event itself is not refused');
  assert.strictEqual((await staykit.status()).recorded, 0);
  await staykit.close();
  await assert.rejects(staykit.whyRefused('a'), { refusal: Refusal.CLOSED });
});

test('facts and context are forgotten by name, also before the store is open', async () => {
  const context = app();
  const staykit = start(context);
  staykit.setFacts(Properties.of().text('tier', 'gold').text('club', 'north'));
  staykit.setContext(Properties.of().flag('charging', true));
  assert.deepStrictEqual([staykit.unsetFacts('tier', 'club').isRecorded, staykit.unsetContext('charging').isRecorded], [true, true]);
  const [head] = (await exported(context, staykit)).split('\n');
  assert.doesNotMatch(head, /gold|north|charging/);
  assert.strictEqual(staykit.unsetFacts().isRecorded, true);
  await staykit.close();
});

test('events of the app are held to what it says of them, and names that nobody knows are refused if it wants that', async () => {
  const context = app();
  const properties = [
    { name: 'pace', type: PropertyType.NUMBER },
    { name: 'laps', type: PropertyType.INTEGER },
    { name: 'track', type: PropertyType.TEXT },
    { name: 'indoor', type: PropertyType.FLAG },
    { name: 'fee', type: PropertyType.MONEY },
  ];
  const events = [{ name: 'lap_finished', eventClass: EventClass.HIGH, properties }, { name: 'warmed_up' }];
  const staykit = start(context, { events, refuseUnknownNames: true });
  await staykit.ready();
  const sound = () => Properties.of().number('pace', 4.5).integer('laps', 3).text('track', 'north').flag('indoor', true).money('fee', 100, 'CNY');
  assert.strictEqual(staykit.record('lap_finished', sound().flag('of_its_own', true)).why, '');
  assert.strictEqual(staykit.record('lap_finished', Properties.of().integer('pace', 5)).why, '', 'a whole number is a number');
  assert.strictEqual(staykit.record('warmed_up').isRecorded, true);
  for (const [name, wrong] of [
    ['pace', Properties.of().text('pace', 'fast')],
    ['laps', Properties.of().number('laps', 0.5)],
    ['track', Properties.of().integer('track', 1)],
    ['indoor', Properties.of().text('indoor', 'yes')],
    ['fee', Properties.of().integer('fee', 1)],
  ]) {
    const receipt = staykit.record('lap_finished', wrong);
    assert.strictEqual(receipt.refusal, Refusal.DRAFT, name);
    assert.ok(receipt.why.includes(name), receipt.why);
  }
  assert.match(staykit.record('lap_finishd').why, /lap_finishd|unknown|catalog/);
  assert.strictEqual((await staykit.status()).recorded, 3);
  await staykit.close();
});

test('an event that the app describes wrongly is told in the log, by what is wrong', async () => {
  for (const events of [[{ name: 'a', properties: [{ name: 'p', type: 'string' }] }], [{ name: 'a', eventClass: 9 }], [{ name: 5 }]]) {
    const staykit = start(app(), { events });
    await assert.rejects(staykit.ready(), { name: 'StaykitError' });
    assert.match(device.lines.find((line) => line.includes('the store is not open')), /text|class|name|String/);
    await staykit.close();
  }
});

test('facts and context are set and unset', async () => {
  const context = app();
  const staykit = start(context);
  await staykit.ready();
  assert.strictEqual(staykit.setFacts(Properties.of().text('region', 'Guangdong').integer('age', 30)).isRecorded, true);
  assert.strictEqual(staykit.setContext(Properties.of().flag('charging', true)).isRecorded, true);
  assert.strictEqual(staykit.setFacts(Properties.of().unset('region').text('tier', 'gold')).isRecorded, true);
  const [head] = (await exported(context, staykit)).split('\n');
  assert.doesNotMatch(head, /Guangdong/);
  assert.match(head, /gold/);
  assert.match(head, /charging/);
  assert.strictEqual(staykit.record('a', Properties.of().unset('x')).isRecorded, false);
  await staykit.close();
});
