-- That a resident was told of the end of a category.
CREATE TABLE "unneeded_told" (
    "key" BLOB NOT NULL CONSTRAINT "PK_unneeded_told" PRIMARY KEY,
    "ended" TEXT NOT NULL,
    "told" TEXT NOT NULL,
    "erases" TEXT NOT NULL,
    "mac" BLOB NOT NULL
);
