// The application's context and its events, driven by the tests.
'use strict';
const { BusinessError, device } = require('./state.js');

class ApplicationStateChangeCallback {}
class AbilityLifecycleCallback {}
class UIAbility {}

class ApplicationContext {
  constructor(filesDir) {
    this.filesDir = filesDir;
    this.states = new Set();
    this.abilities = new Map();
    this.last = 0;
  }

  getApplicationContext() {
    return this;
  }

  on(type, callback) {
    if (type === 'applicationStateChange') {
      if (!(callback instanceof ApplicationStateChangeCallback)) throw new BusinessError(401);
      this.states.add(callback);
      return undefined;
    }
    if (type !== 'abilityLifecycle' || !(callback instanceof AbilityLifecycleCallback)) throw new BusinessError(401);
    this.abilities.set(++this.last, callback);
    return this.last;
  }

  off(type, what) {
    if (type === 'applicationStateChange') this.states.delete(what);
    else this.abilities.delete(what);
    return Promise.resolve();
  }

  // What the system does.
  foreground() {
    device.isBackground = false;
    for (const callback of this.states) callback.onApplicationForeground();
  }

  background() {
    device.isBackground = true;
    for (const callback of this.states) callback.onApplicationBackground();
  }

  windowActive(stage) {
    for (const callback of this.abilities.values()) callback.onWindowStageActive(new UIAbility(), stage);
  }

  windowDestroyed(stage) {
    for (const callback of this.abilities.values()) callback.onWindowStageDestroy(new UIAbility(), stage);
  }
}

module.exports = {
  AbilityLifecycleCallback,
  ApplicationContext,
  ApplicationStateChangeCallback,
  UIAbility,
  common: {},
  bundleManager: {
    BundleFlag: { GET_BUNDLE_INFO_DEFAULT: 0 },
    getBundleInfoForSelfSync: () => ({ name: 'com.example.app', versionName: device.versionName }),
  },
};
