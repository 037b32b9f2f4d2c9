using System.Buffers;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;

namespace Tasuki.Formats;

/// <summary>One record on its way out, with what the store knows of it. References in it are those of the other records of the same export (<c>Type/id</c>).</summary>
public sealed record ExportRecord(
    CanonicalResource Resource, string Id, int Version, DateTimeOffset Updated, DataCategory Category, SourceKind Source, string? SourceName)
{
    /// <summary>Writes the resource with id and meta. Category and source go along as tags, so that another Tasuki takes the same record in.</summary>
    public void WriteJson(IBufferWriter<byte> output) => Resource.WriteWithIdentity(output, Id, Version, Updated,
    [
        new Coding(TasukiExport.CategoryTag, Category.ToString()),
        new Coding(TasukiExport.SourceTag, Source.ToString()) { Display = string.IsNullOrWhiteSpace(SourceName) ? null : SourceName },
    ]);
}
