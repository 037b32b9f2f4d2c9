using System.Buffers.Binary;
using Tasuki.Fhir;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// The column <c>tokens</c>: eight bytes each, first that of the record's identity, then those of every code, identifier and reference, sorted by token so that
/// their order says nothing of the texts.
/// </summary>
internal static class PackedTokens
{
    public static byte[] Bytes(long token)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, token);
        return bytes;
    }

    public static byte[] Of(ResidentKeys keys, long identity, RecordFacts facts)
    {
        var tokens = new List<long>(facts.Codes.Count + facts.Identifiers.Count + facts.References.Count);
        tokens.AddRange(facts.Codes.Select(text => keys.Token(TokenKind.Code, text)));
        tokens.AddRange(facts.Identifiers.Select(text => keys.Token(TokenKind.Identifier, text)));
        tokens.AddRange(facts.References.Select(text => keys.Token(TokenKind.Reference, text)));
        tokens.Sort();
        var packed = new byte[8 * (1 + tokens.Count)];
        BinaryPrimitives.WriteInt64BigEndian(packed, identity);
        for (var i = 0; i < tokens.Count; i++)
            BinaryPrimitives.WriteInt64BigEndian(packed.AsSpan(8 * (i + 1)), tokens[i]);
        return packed;
    }
}
