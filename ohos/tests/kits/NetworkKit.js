// Network Kit over real sockets: bytes in and out, its limits and its errors.
'use strict';
const crypto = require('node:crypto');
const http = require('node:http');
const https = require('node:https');
const tls = require('node:tls');
const { BusinessError, device } = require('./state.js');

const MOST_REQUESTS = 100;
const COULD_NOT_CONNECT = 2300007;
const TIMED_OUT = 2300028;
const TOO_LARGE = 2300023;
const REDIRECTED = 2300047;
const NOT_TRUSTED = 2300060;
const NOT_PINNED = 2300090;

/** How many redirects are followed: before API 23 nobody can say. */
const followed = (options) => (device.sdkApiVersion >= 23 ? options.maxRedirects ?? 30 : 30);

function send(url, options, hops = 0) {
  const { method, header, extraData, readTimeout } = options;
  return new Promise((done, failed) => {
    const security = url.startsWith('https:') ? secured(options) : {};
    const request = (security.ca ? https : http).request(url, { method, headers: header, timeout: readTimeout, ...security });
    request.on('timeout', () => request.destroy(new BusinessError(TIMED_OUT)));
    request.on('error', (error) => failed(error instanceof BusinessError ? error : new BusinessError(codeOf(error))));
    request.on('response', (response) => {
      const { statusCode, headers } = response;
      if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) {
        receive(response, options, hops, done, failed);
      } else if (hops >= followed(options)) {
        failed(new BusinessError(REDIRECTED));
      } else {
        response.resume();
        // As curl does: a POST stays one, with its body and every header, only for these two.
        const same = method === 'HEAD' || statusCode === 307 || statusCode === 308;
        const next = same ? options : { ...options, method: 'GET', extraData: undefined };
        send(new URL(headers.location, url).href, next, hops + 1).then(done, failed);
      }
    });
    request.end(extraData === undefined ? undefined : Buffer.from(extraData));
  });
}

const codeOf = ({ code }) => (/CERT|SELF_SIGNED|ALTNAME|VERIFY/.test(code) ? NOT_TRUSTED : COULD_NOT_CONNECT);

/** TLS as curl does it: the system's authorities first, then the pins, of which the server's own key must be one. */
function secured({ certificatePinning }) {
  const pins = [certificatePinning ?? []].flat().map((pin) => pin.publicKeyHash);
  const checkServerIdentity = (host, certificate) => {
    const key = new crypto.X509Certificate(certificate.raw).publicKey.export({ type: 'spki', format: 'der' });
    const digest = crypto.createHash('sha256').update(key).digest('base64');
    const isPinned = pins.length === 0 || pins.includes(digest);
    return tls.checkServerIdentity(host, certificate) ?? (isPinned ? undefined : new BusinessError(NOT_PINNED));
  };
  // A connection of its own: one that is kept was checked against other pins.
  return { ca: device.network.trusted, agent: false, checkServerIdentity };
}

function receive(response, options, hops, done, failed) {
  const { statusCode } = response;
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
    const performanceTiming = { redirectTiming: 0.4 * hops };
    done({ result, resultType: 2, responseCode: statusCode, header: { ...response.headers }, performanceTiming });
  });
}

function createHttp() {
  if (device.network.open >= MOST_REQUESTS) throw new BusinessError(2300998);
  device.network.open += 1;
  let isDestroyed = false;
  return {
    async request(url, options) {
      if (isDestroyed) throw new BusinessError(401);
      const isSound = options.method === 'HEAD' ? options.extraData === undefined : options.extraData instanceof ArrayBuffer;
      const pins = [options.certificatePinning ?? []].flat();
      const arePins = pins.every((pin) => typeof pin.publicKeyHash === 'string' && pin.hashAlgorithm === 'SHA-256');
      if (!isSound || !arePins || options.expectDataType !== 2) throw new BusinessError(401);
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
  RequestMethod: { HEAD: 'HEAD', POST: 'POST' },
  HttpDataType: { STRING: 0, OBJECT: 1, ARRAY_BUFFER: 2 },
  createHttp,
};
exports.connection = { hasDefaultNetSync: () => device.network.isThere };
