// From what the engine decides to what is on the screen: real decisions, on clocks that the test sets.
'use strict';
const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const { Properties, app, device, native, start, until } = require('./facade.js');
const { UIContext } = require('./kits/ArkUI.js');
const { StaykitUi } = require('@staykit/staykit-ui');

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A Monday, 10:00, in the zone of whoever runs this. */
const MONDAY = new Date(2026, 2, 2, 10).getTime();

/** An app on an engine whose clocks stand until they are set. */
class Rehearsed {
  constructor() {
    this.context = app();
    this.wall = MONDAY;
    this.staykit = this.start();
  }

  start() {
    const open = native.open;
    native.open = async (settings) => native.rehearse(settings, this.wall, this.wall, 7);
    const staykit = start(this.context);
    return Object.assign(staykit, { opened: staykit.ready().finally(() => (native.open = open)) });
  }

  /** Lets time pass while the app is away. */
  later(ms) {
    this.wall += ms;
    native.setClocks(this.staykit.handle, this.wall, this.wall);
    this.staykit.onForeground();
  }

  fail() {
    const failed = Properties.of().money('amount', 1990, 'CNY').text('item', 'strap-21');
    assert.strictEqual(this.staykit.record('payment_failed', failed).isRecorded, true);
  }

  fillCart() {
    assert.strictEqual(this.staykit.record('add_to_cart', Properties.of().text('item', 'strap-21')).isRecorded, true);
  }

  /** What the collector would be sent of guidance, oldest first. */
  async outcomes() {
    const path = `${this.context.filesDir}/export.jsonl`;
    await this.staykit.export(path);
    const lines = fs.readFileSync(path, 'utf8').trim().split('\n').slice(1);
    const names = lines.map((line) => JSON.parse(line).name);
    return names.filter((name) => name.startsWith('guidance_'));
  }
}

async function rehearsed() {
  const one = new Rehearsed();
  await one.staykit.opened;
  return one;
}

const words = (content) => content.tree.all().flatMap((node) => node.given).filter((word) => typeof word === 'string');

test('a failed payment brings a popup, an idle cart a banner, each with the words of the pack', async () => {
  const phone = await rehearsed();
  const ui = new UIContext();
  const followed = [];
  phone.staykit.onDecision((decision) => StaykitUi.show(ui, decision, (action) => followed.push(action)));
  phone.fail();
  await until(() => ui.dialogs.length === 1, 'a popup');
  const [{ content: popup }] = ui.dialogs;
  assert.deepStrictEqual(words(popup).slice(0, 2), [
    'The payment did not go through',
    'You were not charged. Try again, or choose another way to pay.',
  ]);
  popup.tree.find('staykit_later').click();

  phone.fillCart();
  phone.later(31 * MINUTE_MS);
  await until(() => ui.overlays.length === 1, 'a banner');
  const [banner] = ui.overlays;
  assert.strictEqual(words(banner)[0], 'Your cart is waiting');
  banner.tree.find('staykit_open').click();
  assert.deepStrictEqual(followed, ['app://cart']);
  assert.deepStrictEqual([ui.dialogs.length, ui.overlays.length], [0, 0]);
  assert.deepStrictEqual(await phone.outcomes(), [
    'guidance_shown', 'guidance_dismissed', 'guidance_shown', 'guidance_clicked',
  ]);
  assert.deepStrictEqual(await phone.staykit.decisions(), []);
  await phone.staykit.close();
});

test('what is decided while something is on show waits for its turn', async () => {
  const phone = await rehearsed();
  const ui = new UIContext();
  phone.staykit.onDecision((decision) => StaykitUi.show(ui, decision));
  phone.fillCart();
  phone.later(31 * MINUTE_MS);
  await until(() => ui.overlays.length === 1, 'a banner');
  phone.later(31 * MINUTE_MS);
  phone.fail();
  await until(async () => (await phone.staykit.decisions()).length === 2, 'another decision');
  await new Promise((done) => setTimeout(done, 20));
  assert.strictEqual(ui.dialogs.length, 0, 'one thing at a time');
  assert.deepStrictEqual(await phone.outcomes(), ['guidance_shown'], 'what waits was not seen');
  ui.overlays[0].tree.find('staykit_later').click();
  assert.deepStrictEqual([ui.dialogs.length, ui.overlays.length], [1, 0]);
  ui.dialogs[0].content.tree.find('staykit_open').click();
  assert.deepStrictEqual(await phone.outcomes(), [
    'guidance_shown', 'guidance_dismissed', 'guidance_shown', 'guidance_clicked',
  ]);
  await phone.staykit.close();
});

test('pages that are built anew and listen anew show nothing twice, and go on in the newest', async () => {
  const phone = await rehearsed();
  const first = new UIContext();
  phone.staykit.onDecision((decision) => StaykitUi.show(first, decision));
  phone.fail();
  await until(() => first.dialogs.length === 1, 'a popup');
  const second = new UIContext();
  phone.staykit.onDecision((decision) => StaykitUi.show(second, decision));
  await new Promise((done) => setTimeout(done, 20));
  assert.deepStrictEqual([first.dialogs.length, second.dialogs.length], [1, 0]);
  first.destroy();
  await until(() => second.dialogs.length === 1, 'it goes on in the other window');
  second.dialogs[0].content.tree.find('staykit_open').click();
  assert.deepStrictEqual(await phone.outcomes(), ['guidance_shown', 'guidance_clicked'], 'seen once, followed once');
  await phone.staykit.close();
});

test('a window that goes takes what it shows with it, unanswered: it comes again at the next start', async () => {
  const phone = await rehearsed();
  const ui = new UIContext();
  phone.staykit.onDecision((decision) => StaykitUi.show(ui, decision));
  phone.fail();
  await until(() => ui.dialogs.length === 1, 'a popup');
  ui.destroy();
  await phone.staykit.close();
  phone.staykit = phone.start();
  await phone.staykit.opened;
  const other = new UIContext();
  phone.staykit.onDecision((decision) => StaykitUi.show(other, decision));
  await until(() => other.dialogs.length === 1, 'the popup again');
  other.dialogs[0].options.onWillDismiss({ dismiss() {}, reason: 0 });
  assert.deepStrictEqual(await phone.outcomes(), ['guidance_shown', 'guidance_dismissed']);
  await phone.staykit.close();
});

test('a listener that fails, and an action that fails, keep nothing from the others', async () => {
  const phone = await rehearsed();
  const ui = new UIContext();
  phone.staykit.onDecision(() => {
    throw new Error('of the app');
  });
  const follow = () => {
    throw new Error('of the app');
  };
  phone.staykit.onDecision((decision) => StaykitUi.show(ui, decision, follow));
  phone.fail();
  await until(() => ui.dialogs.length === 1, 'a popup');
  const [{ content }] = ui.dialogs;
  assert.throws(() => content.tree.find('staykit_open').click(), /of the app/);
  phone.fillCart();
  phone.later(31 * MINUTE_MS);
  await until(() => ui.overlays.length === 1, 'the next has its turn');
  ui.overlays[0].tree.find('staykit_later').click();
  await phone.staykit.close();
});

test('what one listener answers the next is not told of, nor is one that was removed', async () => {
  const phone = await rehearsed();
  const told = [];
  const removed = () => told.push('removed');
  phone.staykit.onDecision((decision) => {
    told.push('first');
    phone.staykit.offDecision(removed);
    if (decision.content.kind === 'popup') decision.dismissed();
  });
  phone.staykit.onDecision(removed);
  phone.staykit.onDecision((decision) => told.push(decision.content.kind));
  phone.fail();
  await until(() => told.length > 0, 'the first is told');
  await new Promise((done) => setTimeout(done, 20));
  assert.deepStrictEqual(told, ['first']);
  phone.fillCart();
  phone.later(31 * MINUTE_MS);
  await until(() => told.length === 3, 'what the first leaves open');
  assert.deepStrictEqual(told, ['first', 'first', 'banner']);
  await phone.staykit.close();
});

test('a popup that is answered while its window goes has been answered', async () => {
  const phone = await rehearsed();
  const ui = new UIContext();
  phone.staykit.onDecision((decision) => StaykitUi.show(ui, decision));
  phone.fail();
  await until(() => ui.dialogs.length === 1, 'a popup');
  const [{ content }] = ui.dialogs;
  ui.dialogs = [];
  content.tree.find('staykit_later').click();
  await until(() => content.isDisposed, 'its content is let go');
  assert.deepStrictEqual(await phone.outcomes(), ['guidance_shown', 'guidance_dismissed']);
  await phone.staykit.close();
});

test('a window that is gone already shows nothing, and the next thing is shown in another', async () => {
  const phone = await rehearsed();
  const gone = new UIContext();
  gone.destroy();
  const listener = (decision) => StaykitUi.show(gone, decision);
  phone.staykit.onDecision(listener);
  phone.fail();
  await new Promise((done) => setTimeout(done, 30));
  assert.deepStrictEqual(await phone.outcomes(), []);
  phone.staykit.offDecision(listener);
  const ui = new UIContext();
  phone.staykit.onDecision((decision) => StaykitUi.show(ui, decision));
  await until(() => ui.dialogs.length === 1, 'the popup in a window that is there');
  ui.dialogs[0].content.tree.find('staykit_later').click();
  await phone.staykit.close();
});

test('a banner for a window that is gone keeps no place, nor does what waits for that window', async () => {
  const phone = await rehearsed();
  const gone = new UIContext();
  const listener = (decision) => StaykitUi.show(gone, decision);
  phone.staykit.onDecision(listener);
  phone.fail();
  await until(() => gone.dialogs.length === 1, 'a popup');
  phone.fillCart();
  phone.later(31 * MINUTE_MS);
  await until(async () => (await phone.staykit.decisions()).length === 2, 'another decision');
  await new Promise((done) => setTimeout(done, 20));
  gone.destroy();
  const tried = gone.overlays.length;
  phone.staykit.offDecision(listener);
  const late = (decision) => {
    if (decision.content.kind === 'banner') StaykitUi.show(gone, decision);
  };
  phone.staykit.onDecision(late);
  await new Promise((done) => setTimeout(done, 20));
  phone.staykit.offDecision(late);
  assert.strictEqual(tried, 0);
  const ui = new UIContext();
  phone.staykit.onDecision((decision) => StaykitUi.show(ui, decision));
  await until(() => ui.dialogs.length === 1, 'the popup in a window that is there');
  ui.dialogs[0].content.tree.find('staykit_later').click();
  const [banner] = ui.overlays;
  ui.isGone = true;
  banner.tree.find('staykit_later').click();
  assert.deepStrictEqual(await phone.staykit.decisions(), [], 'answered while its window goes, it is answered');
  await phone.staykit.close();
});

test('what was on show before an erasure says nothing of what is decided after it', async () => {
  const phone = await rehearsed();
  const ui = new UIContext();
  phone.staykit.onDecision((decision) => StaykitUi.show(ui, decision));
  phone.fail();
  await until(() => ui.dialogs.length === 1, 'a popup');
  const [before] = await phone.staykit.decisions();
  await phone.staykit.erase();
  phone.later(1);
  phone.fail();
  await until(async () => (await phone.staykit.decisions()).length === 1, 'another decision');
  const [after] = await phone.staykit.decisions();
  assert.deepStrictEqual([after.id, after.campaign], [before.id, before.campaign], 'the numbers begin anew');
  ui.dialogs[0].content.tree.find('staykit_open').click();
  await until(() => ui.dialogs.length === 1, 'the other popup');
  assert.deepStrictEqual(await phone.outcomes(), ['guidance_shown']);
  before.dismissed();
  assert.strictEqual((await phone.staykit.decisions()).length, 1, 'what was erased cannot answer');
  ui.dialogs[0].content.tree.find('staykit_open').click();
  assert.deepStrictEqual(await phone.outcomes(), ['guidance_shown', 'guidance_clicked']);
  await phone.staykit.close();
});

test('two stores with decisions of the same number and campaign show both', async () => {
  const context = app();
  const pair = [start(context), start(context, { folder: `${context.filesDir}/other` })];
  const ui = new UIContext();
  for (const staykit of pair) {
    await staykit.ready();
    staykit.onDecision((decision) => StaykitUi.show(ui, decision));
    staykit.record('payment_failed', Properties.of().money('amount', 1990, 'CNY').text('item', 'strap-21'));
  }
  for (const which of ['first', 'second']) {
    await until(() => ui.dialogs.length === 1, `the ${which} popup`);
    ui.dialogs[0].content.tree.find('staykit_open').click();
  }
  for (const staykit of pair) {
    assert.deepStrictEqual(await staykit.decisions(), []);
    await staykit.close();
  }
});

test('a decision says when and why it was made, and whether it was seen', async () => {
  const phone = await rehearsed();
  phone.fail();
  const [decision] = await phone.staykit.decisions();
  assert.deepStrictEqual([decision.decidedAtMs, decision.isShown], [MONDAY, false]);
  assert.match(decision.why('en-US'), /payment_failed/);
  assert.match(decision.why('zh-Hans-CN'), /[\u4e00-\u9fff]/);
  decision.shown();
  const [again] = await phone.staykit.decisions();
  assert.deepStrictEqual([again.key, again.isShown], [decision.key, true]);
  await phone.staykit.close();
});

test('back after five quiet days: welcomed on the first visit, in the language of the person, and once', async () => {
  const phone = await rehearsed();
  const ui = new UIContext();
  phone.staykit.onDecision((decision) => StaykitUi.show(ui, decision));
  phone.staykit.record('open');
  phone.later(6 * DAY_MS);
  assert.ok((await phone.staykit.status()).signals.includes('going_quiet'));
  device.language = 'zh-Hans-CN';
  phone.staykit.record('open');
  await until(() => ui.dialogs.length === 1, 'a popup');
  assert.strictEqual(words(ui.dialogs[0].content)[0], '欢迎回来');
  ui.dialogs[0].content.tree.find('staykit_later').click();
  phone.staykit.record('open');
  await new Promise((done) => setTimeout(done, 20));
  assert.strictEqual(ui.dialogs.length, 0);
  await phone.staykit.close();
});
