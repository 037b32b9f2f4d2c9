CREATE TABLE "import_job" (
    "resident_no" INTEGER NOT NULL,
    "id" TEXT NOT NULL,
    "state" INTEGER NOT NULL,
    "received" INTEGER NOT NULL,
    "finished" INTEGER NULL,
    "spool_key" BLOB NULL,
    "details" BLOB NOT NULL,
    CONSTRAINT "PK_import_job" PRIMARY KEY ("resident_no", "id")
);
CREATE INDEX "IX_import_job_state_received" ON "import_job" ("state", "received");
