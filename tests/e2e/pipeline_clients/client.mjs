// A pipeline in Node.js: signs the very text that it sends, as the second documented client of the pipeline API does.
// Usage: node client.mjs <url> <secret> <key> <image id>; prints what the steps answered as JSON.
import { createHmac } from 'node:crypto';

const [url, secret, key, imageId] = process.argv.slice(2);

function createHMACHeaders(message) {
  return {
    'Content-Type': 'application/json',
    'X-ML-Signature': createHmac('sha256', secret).update(message).digest('hex'),
    'X-ML-Timestamp': Math.floor(Date.now() / 1000).toString(),
  };
}

async function send(method, path, payload, headers) {
  const body = JSON.stringify(payload);
  const answer = await fetch(url + path, { method, body, headers: headers ?? createHMACHeaders(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

const analysis = await send(
  'POST',
  `/api/images/${imageId}/analyses`,
  { model_name: 'resnet50', model_version: '1.0.0' },
  { 'Content-Type': 'application/json', 'X-API-Key': key },
);
const base = `/api/analyses/${analysis.id}`;
const status = await send('PATCH', `${base}/status`, { status: 'processing' });
const { presigned_urls: urls } = await send('POST', `${base}/artifacts/presign`, {
  artifacts: [{ artifact_name: 'labels.txt', content_type: 'text/plain' }],
});
const upload = await fetch(urls[0].upload_url, {
  method: 'PUT',
  body: 'from node',
  headers: { 'Content-Type': 'text/plain' },
});
const annotations = await send('POST', `${base}/annotations:bulk`, {
  annotations: [
    {
      annotation_type: 'classification',
      class_name: 'Straße ☃',
      confidence: 1e-7,
      data: { scores: { 'Straße ☃': 1e-7, z: 0.5, a: 1.0 } },
    },
  ],
});
const finalized = await send('POST', `${base}/finalize`, { status: 'completed', summary: { total: 1, rate: 1e21 } });
console.log(JSON.stringify({ analysis, status, upload: upload.status, annotations, finalized }));
