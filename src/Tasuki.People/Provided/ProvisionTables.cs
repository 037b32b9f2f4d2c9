using Microsoft.EntityFrameworkCore;

namespace Tasuki.People;

internal static class ProvisionTables
{
    public const string Table = "provision";

    public static void Add(ModelBuilder model)
    {
        model.Entity<ProvisionRow>(e =>
        {
            e.ToTable(Table).HasKey(p => p.No);
            e.Property(p => p.No).ValueGeneratedNever();
            e.HasIndex(p => p.Key).IsUnique();
            e.HasIndex(p => p.ResidentNo);
            e.HasIndex(p => p.Day);
        });
        model.Entity<ProvisionMark>(e =>
        {
            e.ToTable("provision_mark").HasKey(m => m.WriterNo);
            e.Property(m => m.WriterNo).ValueGeneratedNever();
        });
    }
}
