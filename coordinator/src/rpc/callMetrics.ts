/** Counts every gRPC call, whoever ended it: by method, status and, where it was refused, by reason. */
import { ErrorInfo } from '@adt/proto/gen/adt/v1/common';
import { ERROR_INFO } from '@adt/proto/token';
import {
  type Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';
import type { Metrics } from '../metrics/metrics.js';

/** To be the first of the interceptors: it sees what the others refuse. */
export function callMetrics(metrics: Metrics): ServerInterceptor {
  return ({ path }, call) => {
    const method = path.slice(path.lastIndexOf('/') + 1);
    const began = performance.now();
    const responder = new ResponderBuilder()
      .withSendStatus((end, next) => {
        const isOk = end.code === status.OK;
        metrics.callEnded({
          method,
          status: status[end.code] ?? String(end.code),
          reason: isOk ? null : reasonOf(end.metadata),
          seconds: (performance.now() - began) / 1_000,
        });
        next(end);
      })
      .build();
    return new ServerInterceptingCall(call, responder);
  };
}

/** Reasons are ours and few; what gRPC itself refuses has none. */
function reasonOf(metadata: Partial<Metadata> | null | undefined): string {
  const [bytes] = metadata?.get?.(ERROR_INFO) ?? [];
  return Buffer.isBuffer(bytes) ? ErrorInfo.decode(bytes).reason : 'NONE';
}
