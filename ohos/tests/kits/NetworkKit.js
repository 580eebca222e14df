// Network Kit over real sockets: bytes in and out, its limits and its errors.
'use strict';
const http = require('node:http');
const { BusinessError, device } = require('./state.js');

const MOST_REQUESTS = 100;
const COULD_NOT_CONNECT = 2300007;
const TIMED_OUT = 2300028;
const TOO_LARGE = 2300023;
const REDIRECTED = 2300047;

function send(url, options) {
  return new Promise((done, failed) => {
    const request = http.request(url, { method: options.method, headers: options.header, timeout: options.readTimeout });
    request.on('timeout', () => request.destroy(new BusinessError(TIMED_OUT)));
    request.on('error', (error) => failed(error instanceof BusinessError ? error : new BusinessError(COULD_NOT_CONNECT)));
    request.on('response', (response) => receive(response, options, done, failed));
    request.end(Buffer.from(options.extraData));
  });
}

function receive(response, options, done, failed) {
  const { statusCode } = response;
  if (statusCode >= 300 && statusCode < 400 && response.headers.location && options.maxRedirects === 0) {
    failed(new BusinessError(REDIRECTED));
    return;
  }
  const parts = [];
  let size = 0;
  response.on('data', (part) => {
    parts.push(part);
    size += part.length;
    if (size > options.maxLimit) {
      failed(new BusinessError(TOO_LARGE));
      response.destroy();
    }
  });
  response.on('error', () => failed(new BusinessError(COULD_NOT_CONNECT)));
  response.on('end', () => {
    const result = new Uint8Array(Buffer.concat(parts)).buffer;
    done({ result, resultType: 2, responseCode: statusCode, header: { ...response.headers } });
  });
}

function createHttp() {
  if (device.network.open >= MOST_REQUESTS) throw new BusinessError(2300998);
  device.network.open += 1;
  let isDestroyed = false;
  return {
    async request(url, options) {
      if (isDestroyed) throw new BusinessError(401);
      if (!(options.extraData instanceof ArrayBuffer) || options.expectDataType !== 2) throw new BusinessError(401);
      device.network.requests.push({ url, options });
      if (!device.network.isThere) throw new BusinessError(COULD_NOT_CONNECT);
      if (device.network.failWith !== 0) throw new BusinessError(device.network.failWith);
      return send(url, options);
    },
    destroy() {
      if (!isDestroyed) device.network.open -= 1;
      isDestroyed = true;
    },
  };
}

exports.http = {
  RequestMethod: { POST: 'POST' },
  HttpDataType: { STRING: 0, OBJECT: 1, ARRAY_BUFFER: 2 },
  createHttp,
};
exports.connection = { hasDefaultNetSync: () => device.network.isThere };
