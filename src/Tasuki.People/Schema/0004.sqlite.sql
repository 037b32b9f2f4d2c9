-- Bulk exports of more residents than usual.
CREATE TABLE "large_export" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_large_export" PRIMARY KEY AUTOINCREMENT,
    "app_no" INTEGER NOT NULL,
    "at" INTEGER NOT NULL,
    "residents" INTEGER NOT NULL,
    "usual" INTEGER NOT NULL
);
CREATE INDEX "IX_large_export_at" ON "large_export" ("at");
