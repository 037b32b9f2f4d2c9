-- Evidence: one chain of what probes found and people said.
CREATE TABLE "evidence" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_evidence" PRIMARY KEY,
    "at" INTEGER NOT NULL,
    "kind" INTEGER NOT NULL,
    "subject" TEXT NOT NULL,
    "by" INTEGER NULL,
    "holds" INTEGER NOT NULL,
    "content" BLOB NOT NULL,
    "hash" BLOB NOT NULL,
    "mac" BLOB NOT NULL
);
CREATE INDEX "IX_evidence_kind_subject_no" ON "evidence" ("kind", "subject", "no");
