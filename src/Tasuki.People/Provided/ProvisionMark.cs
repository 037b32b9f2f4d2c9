using Tasuki.Kernel.Seals;

namespace Tasuki.People;

/// <summary>How far a writer's part of the access log has been looked through for what was given.</summary>
internal sealed class ProvisionMark
{
    [Clear]
    public required long WriterNo { get; init; }

    [Clear]
    public required long EntryNo { get; set; }
}
