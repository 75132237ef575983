/** HTTP requests to a dashboard with any header, which `fetch` would not let a test set, over plain text or TLS. */
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

export type WebAnswer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
};

export type WebRequest = {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** CA that the server's certificate must be of. */
  ca?: Buffer;
};

export function webRequest(url: string, params: WebRequest = {}): Promise<WebAnswer> {
  const { method = 'GET', headers, body, ca } = params;
  const request = url.startsWith('https:') ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers, ca, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    call.on('error', reject);
    call.end(body);
  });
}

/** What a browser sends with a change from the page at `url`. */
export function ownPage(url: string, cookie = ''): Record<string, string> {
  const { origin } = new URL(url);
  return { 'content-type': 'application/json', origin, 'sec-fetch-site': 'same-origin', cookie };
}

/** `name=value` of the cookie that an answer sets; empty when it sets none. */
export function cookieOf(answer: WebAnswer): string {
  return String(answer.headers['set-cookie'] ?? '').split(';')[0] ?? '';
}
