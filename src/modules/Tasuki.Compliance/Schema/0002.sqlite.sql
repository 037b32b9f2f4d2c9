-- The operator's purposes with their basis.
CREATE TABLE "purpose_version" (
    "code" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "officer" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "operator" INTEGER NOT NULL,
    "japanese" TEXT NOT NULL,
    "english" TEXT NOT NULL,
    "easy" TEXT NOT NULL,
    "basis" INTEGER NOT NULL,
    "basis_name" TEXT NULL,
    "basis_place" TEXT NULL,
    "duty" TEXT NULL,
    "relation" TEXT NULL,
    "categories" INTEGER NOT NULL,
    "mac" BLOB NOT NULL,
    CONSTRAINT "PK_purpose_version" PRIMARY KEY ("code", "version")
);
