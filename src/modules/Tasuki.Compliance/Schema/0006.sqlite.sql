-- An erasure of what no purpose needs, between its first step and its last word.
CREATE TABLE "unneeded_underway" (
    "resident_no" INTEGER NOT NULL CONSTRAINT "PK_unneeded_underway" PRIMARY KEY,
    "what" BLOB NOT NULL
);
