// The application's context and its events, driven by the tests.
'use strict';
const { BusinessError, device } = require('./state.js');

class ApplicationStateChangeCallback {}
class AbilityLifecycleCallback {}
class EnvironmentCallback {}
class UIAbility {}

class ApplicationContext {
  constructor(filesDir) {
    this.filesDir = filesDir;
    this.states = new Set();
    this.abilities = new Map();
    this.environments = new Map();
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
    if (type === 'environment') {
      const isWhole = [callback.onConfigurationUpdated, callback.onMemoryLevel].every((one) => typeof one === 'function');
      if (!isWhole) throw new BusinessError(401);
      this.environments.set(++this.last, callback);
      return this.last;
    }
    if (type !== 'abilityLifecycle' || !(callback instanceof AbilityLifecycleCallback)) throw new BusinessError(401);
    this.abilities.set(++this.last, callback);
    return this.last;
  }

  off(type, what) {
    const listeners = { applicationStateChange: this.states, abilityLifecycle: this.abilities, environment: this.environments };
    listeners[type].delete(what);
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

  configure(settings) {
    Object.assign(device, settings);
    for (const callback of this.environments.values()) callback.onConfigurationUpdated({ language: device.language });
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
  EnvironmentCallback,
  UIAbility,
  common: {},
  bundleManager: {
    BundleFlag: { GET_BUNDLE_INFO_DEFAULT: 0, GET_BUNDLE_INFO_WITH_APPLICATION: 1 },
    // What is about the application comes only when it is asked for.
    getBundleInfoForSelfSync: (flags) => ({
      name: 'com.example.app',
      versionName: device.versionName,
      updateTime: device.updateTime,
      appInfo: (flags & 1) === 1 ? { installSource: device.installSource } : undefined,
    }),
  },
};
