using System.Buffers.Binary;
using Tasuki.Fhir;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// The column <c>tokens</c>: eight bytes for every code, identifier and reference, sorted by token so that their order says nothing of the texts. Rows of the
/// first format have the token of their identity in front; it has a column of its own now.
/// </summary>
internal static class PackedTokens
{
    /// <summary>
    /// Stands among the references of a record that refers to something it contains, whatever that is called there. A row written before this was so has it once it is written again.
    /// </summary>
    public const string Contained = "#";

    public static byte[] Bytes(long token)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, token);
        return bytes;
    }

    public static byte[] Of(ResidentKeys keys, RecordFacts facts)
    {
        Span<long> few = stackalloc long[64];
        var contains = facts.References.Any(reference => reference is ['#', _, ..]) && !facts.References.Contains(Contained);
        var count = facts.Codes.Count + facts.Identifiers.Count + facts.References.Count + (contains ? 1 : 0);
        var tokens = count <= few.Length ? few[..count] : new long[count];
        var at = 0;
        foreach (var text in facts.Codes)
            tokens[at++] = keys.RecurringToken(TokenKind.Code, text);
        foreach (var text in facts.Identifiers)
            tokens[at++] = keys.Token(TokenKind.Identifier, text);
        foreach (var text in facts.References)
            tokens[at++] = keys.RecurringToken(TokenKind.Reference, text);
        if (contains)
            tokens[at++] = keys.RecurringToken(TokenKind.Reference, Contained);
        tokens.Sort();
        var packed = new byte[8 * count];
        for (var i = 0; i < count; i++)
            BinaryPrimitives.WriteInt64BigEndian(packed.AsSpan(8 * i), tokens[i]);
        return packed;
    }
}
