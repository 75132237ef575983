/** TLS between the platform's processes: certificate, key and CA from three variables, and where it must be. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** PEM texts, and the files they came from: NATS' client wants the files. */
export type Tls = {
  cert: Buffer;
  key: Buffer;
  /** Signs the certificates of all who may talk to us. */
  ca: Buffer;
  files: { certFile: string; keyFile: string; caFile: string };
};

const NAMES = ['ADT_TLS_CERT', 'ADT_TLS_KEY', 'ADT_TLS_CA'] as const;

/**
 * The process's TLS; null when none of the three variables is set.
 * @throws RangeError naming the variable that is missing, unreadable or no certificate; never a key's content
 */
export function readTls(env: Readonly<Record<string, string | undefined>>): Tls | null {
  const missing = NAMES.filter((name) => !env[name]);
  if (missing.length === NAMES.length) return null;
  if (missing.length > 0)
    throw new RangeError(`${missing[0]}: must be set, since ADT_TLS_CERT, _KEY and _CA belong together`);
  const [certFile, keyFile, caFile] = NAMES.map((name) => env[name] ?? '') as [string, string, string];
  const tls = {
    cert: readPem('ADT_TLS_CERT', certFile),
    key: readPem('ADT_TLS_KEY', keyFile),
    ca: readPem('ADT_TLS_CA', caFile),
    files: { certFile, keyFile, caFile },
  };
  refuseNoCertificate('ADT_TLS_CERT', tls.cert);
  refuseNoCertificate('ADT_TLS_CA', tls.ca);
  return tls;
}

function readPem(name: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new RangeError(`${name}: can't read ${file} (${code})`);
  }
}

function refuseNoCertificate(name: string, pem: Buffer): void {
  try {
    new X509Certificate(pem);
  } catch {
    throw new RangeError(`${name}: the file holds no certificate in PEM form`);
  }
}

const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]', '::1'];

/** Whether a listener on this host is out of other machines' reach. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_HOSTS.includes(host);
}
