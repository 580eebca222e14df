'use strict';
const { BusinessError, device, later } = require('./state.js');

async function getPreferences(context, { name }) {
  if (typeof context.getApplicationContext !== 'function') throw new BusinessError(401);
  await later(0);
  if (!device.preferences.has(name)) device.preferences.set(name, new Map());
  const kept = device.preferences.get(name);
  const unsynced = new Map(kept);
  return {
    get: async (key, or) => (unsynced.has(key) ? unsynced.get(key) : or),
    put: async (key, value) => void unsynced.set(key, value),
    delete: async (key) => void unsynced.delete(key),
    // What was not flushed does not outlive the process.
    flush: async () => {
      if (device.isFull) throw new BusinessError(15500000);
      unsynced.forEach((value, key) => kept.set(key, value));
    },
  };
}

exports.preferences = { getPreferences };
