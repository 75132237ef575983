/** How Next builds: the repository root as module root, no version header, bounded request bodies. */
import path from 'node:path';
import type { NextConfig } from 'next';

const root = path.join(import.meta.dirname, '..');

const config: NextConfig = {
  // Workspaces are linked from the root's node_modules.
  turbopack: { root },
  outputFileTracingRoot: root,
  // grpc-js reads its own files at run time and gains nothing from being bundled.
  serverExternalPackages: ['@grpc/grpc-js'],
  poweredByHeader: false,
  reactStrictMode: true,
  // Route handlers refuse more than 256 KiB themselves; this bounds what is buffered before they run.
  experimental: { proxyClientMaxBodySize: '512kb' },
};

export default config;
