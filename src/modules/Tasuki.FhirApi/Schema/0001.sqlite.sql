-- Bulk exports and their sealed pieces.
CREATE TABLE "bulk_export" (
    "no" INTEGER NOT NULL CONSTRAINT "PK_bulk_export" PRIMARY KEY AUTOINCREMENT,
    "id" TEXT NOT NULL,
    "app_no" INTEGER NOT NULL,
    "state" INTEGER NOT NULL,
    "running" INTEGER NULL,
    "asked" INTEGER NOT NULL,
    "expires" INTEGER NOT NULL,
    "residents" INTEGER NOT NULL,
    "read" INTEGER NOT NULL,
    "cursor" INTEGER NOT NULL,
    "slice" INTEGER NOT NULL,
    "request" BLOB NOT NULL
);
CREATE UNIQUE INDEX "IX_bulk_export_id" ON "bulk_export" ("id");
CREATE UNIQUE INDEX "IX_bulk_export_app_no_running" ON "bulk_export" ("app_no", "running");
CREATE INDEX "IX_bulk_export_state_expires" ON "bulk_export" ("state", "expires");

CREATE TABLE "bulk_piece" (
    "export_no" INTEGER NOT NULL,
    "piece" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "residents" INTEGER NOT NULL,
    "bytes" INTEGER NOT NULL,
    "lines" BLOB NOT NULL,
    CONSTRAINT "PK_bulk_piece" PRIMARY KEY ("export_no", "piece")
);

CREATE TABLE "bulk_segment" (
    "export_no" INTEGER NOT NULL,
    "piece" INTEGER NOT NULL,
    "resident_no" INTEGER NOT NULL,
    "part" INTEGER NOT NULL,
    "body" BLOB NOT NULL,
    CONSTRAINT "PK_bulk_segment" PRIMARY KEY ("export_no", "piece", "resident_no", "part")
);
CREATE INDEX "IX_bulk_segment_resident_no" ON "bulk_segment" ("resident_no");
