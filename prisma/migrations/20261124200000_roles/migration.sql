-- Who may come in: tokens of workers, sessions of browsers. Only hashes are kept, so that a copy of the database opens nothing.
CREATE TABLE "worker_token" (
  "name" TEXT NOT NULL,
  "sha256" TEXT NOT NULL,
  "pool" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "expires_at" TIMESTAMPTZ(3),
  "revoked_at" TIMESTAMPTZ(3),
  CONSTRAINT "worker_token_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "session" (
  "sha256" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "session_pkey" PRIMARY KEY ("sha256")
);
CREATE INDEX "session_expires_at_idx" ON "session" ("expires_at");
