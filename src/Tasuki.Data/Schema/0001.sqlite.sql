CREATE TABLE "job" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_job" PRIMARY KEY AUTOINCREMENT,
    "kind" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "resident_no" INTEGER NULL,
    "subject" INTEGER NULL,
    "due" INTEGER NOT NULL,
    "attempts" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "last_error" TEXT NULL
);
CREATE UNIQUE INDEX "IX_job_kind_key" ON "job" ("kind", "key");
CREATE INDEX "IX_job_state_due" ON "job" ("state", "due");

CREATE TABLE "outbox_message" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_outbox_message" PRIMARY KEY AUTOINCREMENT,
    "kind" TEXT NOT NULL,
    "resident_no" INTEGER NULL,
    "subject" INTEGER NULL,
    "created" INTEGER NOT NULL
);
