'use strict';
const crypto = require('node:crypto');
const { BusinessError } = require('./state.js');

exports.cryptoFramework = {
  createRandom: () => ({
    generateRandomSync: (length) => ({ data: new Uint8Array(crypto.randomBytes(length)) }),
  }),
  createMd: (name) => {
    if (name !== 'SHA256') throw new BusinessError(801);
    const hash = crypto.createHash('sha256');
    return {
      updateSync: ({ data }) => {
        // An empty input is refused.
        if (!(data instanceof Uint8Array) || data.length === 0) throw new BusinessError(401);
        hash.update(data);
      },
      digestSync: () => ({ data: new Uint8Array(hash.digest()) }),
    };
  },
};
