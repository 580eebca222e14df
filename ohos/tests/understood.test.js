// What the engine has understood, as an app sees it.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { Properties, Refusal, TableKind, Why, app, start } = require('./facade.js');

const bought = (minor) => Properties.of().money('amount', minor, 'CNY');
const screen = (name) => Properties.of().text('screen', name);

/** A person who has opened the app and looked around, and whose payment then succeeded, or did not. */
async function person(event) {
  const staykit = start(app());
  await staykit.ready();
  staykit.record('open');
  for (const name of ['home', 'cart', 'home', 'cart', 'home']) staykit.record('screen_enter', screen(name));
  staykit.record(event, bought(60_000));
  return staykit;
}

const named = (all, name) => all.find((one) => one.name === name);

test('signals that stand are there with since when and why, in both languages', async () => {
  const staykit = await person('payment_failed');
  const understanding = await staykit.understanding();
  assert.ok(Math.abs(understanding.atMs - Date.now()) < 60_000);
  const signal = named(understanding.signals, 'payment_unresolved');
  assert.ok(Math.abs(signal.sinceMs - Date.now()) < 60_000);
  assert.match(signal.says('en-US'), /^A payment failed/);
  assert.match(signal.says('zh-Hans-CN'), /支付/);
  assert.match(signal.why('en'), /payment_failed/);
  assert.match(signal.why('zh'), /[\u4e00-\u9fff]/);
  await staykit.close();
});

test('tags with why, scores with their factors, segments, stages, levels and what comes next are there', async () => {
  const staykit = await person('purchase');
  const understanding = await staykit.understanding();
  assert.match(named(understanding.tags, 'core_bound').why('en'), /purchase/);
  assert.match(named(understanding.tags, 'core_bound').why('zh'), /[\u4e00-\u9fff]/);
  const score = named(understanding.scores, 'activity');
  assert.strictEqual(score.factors.reduce((sum, factor) => sum + factor.hundredths, score.cut), score.hundredths);
  assert.strictEqual(named(score.factors, 'recency').hundredths, 2_500);
  assert.deepStrictEqual([named(score.factors, 'orders').says('zh'), named(score.factors, 'orders').says('fr')], ['订单', 'orders']);
  assert.strictEqual(score.tier.kind, TableKind.TIER);

  const tables = Object.fromEntries(understanding.tables.map((standing) => [standing.table, standing]));
  assert.deepStrictEqual([tables.lifecycle.kind, tables.lifecycle.row, tables.lifecycle.level], [TableKind.STAGE, 'new', null]);
  assert.deepStrictEqual([tables.member.kind, tables.member.row], [TableKind.LEVEL, 'silver']);
  const { amount, next, progress, left, multiplier } = tables.member.level;
  assert.deepStrictEqual([amount, next, left, multiplier], [625, 'gold', 1_375, 1]);
  assert.ok(progress > 0.08 && progress < 0.09, `${progress}`);
  assert.match(tables.member.says('en'), /^Silver/);

  const [prediction] = understanding.next;
  assert.strictEqual(prediction.name, 'next_screen');
  assert.strictEqual(prediction.actions[0].action, 'cart');
  assert.deepStrictEqual(await staykit.nextActions('next_screen', 9), prediction.actions);
  await staykit.close();
});

test('every figure of the pack is there, whole numbers, fractions and yes or no', async () => {
  const staykit = await person('purchase');
  const figures = await staykit.figures();
  const value = (words) => figures.find((figure) => figure.says('en') === words)?.value;
  assert.ok(figures.length > 50, `${figures.length}`);
  assert.strictEqual(value('`purchase` ever:'), 1);
  assert.strictEqual(value('core_bound'), true);
  assert.strictEqual(value('`search` in 7 d:'), 0);
  const kinds = new Set(figures.map((figure) => (figure.value === null ? 'null' : typeof figure.value)));
  assert.ok(kinds.has('number') && kinds.has('boolean'), [...kinds].join());
  for (const figure of figures) {
    assert.ok(figure.says('zh-CN').length > 0 && !figure.isUnfilled);
    assert.ok(figure.validFromMs === null || figure.validFromMs > 0);
  }
  await staykit.close();
});

test('every question has an answer in both languages, and one about nothing is refused', async () => {
  const staykit = await person('payment_failed');
  const [decision] = await staykit.decisions();
  const questions = [
    Why.decision(decision.id),
    Why.notShown('welcome_back'),
    Why.signal('going_quiet'),
    Why.score('activity'),
    Why.table(TableKind.SEGMENT, 'value'),
    Why.table(TableKind.STAGE, 'lifecycle'),
    Why.table(TableKind.LEVEL, 'member'),
    Why.table(TableKind.TIER, 'activity'),
  ];
  for (const question of questions) {
    assert.match(await staykit.explain(question, 'en-US'), /[a-z]/);
    assert.match(await staykit.explain(question, 'zh-Hans-CN'), /[\u4e00-\u9fff]/);
  }
  for (const question of [Why.signal('nothing'), Why.decision(99), Why.table(TableKind.LEVEL, 'nothing')]) {
    await assert.rejects(staykit.explain(question), { name: 'StaykitError', refusal: Refusal.UNKNOWN });
  }
  await staykit.close();
});
