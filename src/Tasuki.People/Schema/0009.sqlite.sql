-- What was given of whom to whom on which day, and how far the access log was looked through for it.
CREATE TABLE "provision" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_provision" PRIMARY KEY,
    "resident_no" INTEGER NOT NULL,
    "day" TEXT NOT NULL,
    "key" BLOB NOT NULL,
    "content" BLOB NOT NULL
);
CREATE UNIQUE INDEX "IX_provision_key" ON "provision" ("key");
CREATE INDEX "IX_provision_resident_no" ON "provision" ("resident_no");
CREATE INDEX "IX_provision_day" ON "provision" ("day");
CREATE TABLE "provision_mark" (
    "writer_no" INTEGER NOT NULL CONSTRAINT "PK_provision_mark" PRIMARY KEY,
    "entry_no" INTEGER NOT NULL
);
