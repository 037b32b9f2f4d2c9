using System.Buffers.Binary;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log.Sealing;

/// <summary>
/// A signed statement about the whole log at one moment: the root of the tree over the groups that are new since the seal before, the heads of all writers, and
/// the seal before. <see cref="Skip"/> is the hash of the seal whose number lacks the lowest bit of this one's: from any seal a few steps lead to any earlier one.
/// </summary>
internal sealed record LogSeal(
    long Number, long At, long WriterNo, long Groups, long Entries, byte[] Root, byte[] Heads, byte[] Previous, byte[] Skip, long KeyNumber, byte[] Signature)
{
    public const string Select = "seal_no, at, writer_no, groups, entries, root, heads, previous, skip, key_no, signature";
    public const long LargestNumber = 1L << 62;

    /// <summary>What stands before the first seal.</summary>
    public static readonly byte[] Nothing = new byte[MerkleTree.HashSize];

    public byte[] HeadsHash => SHA256.HashData(Heads);

    public static LogSeal Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.Bytes(5), row.Bytes(6), row.Bytes(7), row.Bytes(8),
        row.GetInt64(9), row.Bytes(10));

    public static async Task<LogSeal?> Newest(DbWork work, CancellationToken cancel) =>
        await work.Query($"select {Select} from log_seal order by seal_no desc limit 1", Read, cancel) is [var one] ? one : null;

    public static async Task<LogSeal?> Of(DbWork work, long number, CancellationToken cancel) =>
        await work.Query($"select {Select} from log_seal where seal_no = @seal", Read, cancel, ("@seal", number)) is [var one] ? one : null;

    public static long SkipOf(long number) => number & (number - 1);

    public object?[] Values() => [Number, At, WriterNo, Groups, Entries, Root, Heads, Previous, Skip, KeyNumber, Signature];

    public SealStatement Statement(MunicipalityId municipality) =>
        new(municipality.Value, Number, At, WriterNo, Groups, Entries, Root, HeadsHash, Previous, Skip, KeyNumber);
}

/// <summary>The part of a seal that is signed: it says no more than numbers and hashes, and needs no database to be checked.</summary>
internal sealed record SealStatement(
    string Municipality, long Number, long At, long WriterNo, long Groups, long Entries, byte[] Root, byte[] Heads, byte[] Previous, byte[] Skip, long KeyNumber)
{
    public byte[] Bytes()
    {
        var municipality = Encoding.UTF8.GetBytes(Municipality);
        var bytes = new byte[13 + 4 + municipality.Length + (6 * 8) + (4 * MerkleTree.HashSize)];
        "tasuki seal 1"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(13), municipality.Length);
        municipality.CopyTo(bytes, 17);
        var at = 17 + municipality.Length;
        foreach (var number in (ReadOnlySpan<long>)[Number, At, WriterNo, Groups, Entries, KeyNumber])
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(at), number);
            at += 8;
        }

        foreach (var hash in (ReadOnlySpan<byte[]>)[Root, Heads, Previous, Skip])
        {
            hash.AsSpan(0, MerkleTree.HashSize).CopyTo(bytes.AsSpan(at));
            at += MerkleTree.HashSize;
        }

        return bytes;
    }

    /// <summary>Whether all hashes are there; a file that was tampered with may leave any of them out.</summary>
    public bool IsWellFormed =>
        this is { Root.Length: MerkleTree.HashSize, Heads.Length: MerkleTree.HashSize, Previous.Length: MerkleTree.HashSize, Skip.Length: MerkleTree.HashSize };

    public byte[] Hash() => SHA256.HashData(Bytes());

    public byte[] Sign(ECDsa key) => key.SignData(Bytes(), HashAlgorithmName.SHA256);

    public bool IsSignedBy(ReadOnlySpan<byte> publicKey, byte[] signature)
    {
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            return key.KeySize == 256 && key.VerifyData(Bytes(), signature, HashAlgorithmName.SHA256);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
