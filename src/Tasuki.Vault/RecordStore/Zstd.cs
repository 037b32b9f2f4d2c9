using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// The compressors: zstd as everybody knows it, and zstd over a numbered dictionary, whose frames leave out what every one of them would repeat. Each thread has
/// contexts of its own with the dictionary loaded once.
/// </summary>
internal sealed class Zstd
{
    public const byte NoDictionary = 0;
    public const byte NewestDictionary = 1;

    // Chosen by measure (docs/adr/0016): level 9 takes twice the time for a twentieth less.
    private const int Level = 5;

    private const byte SingleSegment = 0x20;

    private readonly byte[]? _dictionary;
    private readonly ThreadLocal<Compressor> _compressor;
    private readonly ThreadLocal<Decompressor> _decompressor;

    public Zstd(byte[]? dictionary, int level = Level)
    {
        _dictionary = dictionary;
        _compressor = new(() => NewCompressor(level));
        _decompressor = new(NewDecompressor);
    }

    public static Zstd Plain { get; } = new(dictionary: null);

    public static Zstd Newest => Dictionaries.Get(NewestDictionary)!;

    /// <summary>Null for a number this version does not know.</summary>
    public static Zstd? Known(byte dictionary) => dictionary == NoDictionary ? Plain : Dictionaries.Get(dictionary);

    public static int Bound(int length) => Compressor.GetCompressBound(length);

    public int Pack(ReadOnlySpan<byte> source, Span<byte> target) => _compressor.Value!.Wrap(source, target);

    public byte[] Unpack(ReadOnlySpan<byte> frame)
    {
        if (_dictionary is null)
            return _decompressor.Value!.Unwrap(frame).ToArray();
        var content = GC.AllocateUninitializedArray<byte>(ContentSize(frame));
        if (_decompressor.Value!.Unwrap(frame, content) != content.Length)
            throw new InvalidDataException("A frame holds less than it says.");
        return content;
    }

    // RFC 8878, 3.1.1.1: the descriptor says how wide the size is. Where the content is larger than the window (2 MiB at this level) the frame is no single segment, and
    // the window's byte stands before it; a dictionary id never does.
    private static int ContentSize(ReadOnlySpan<byte> frame)
    {
        var size = frame[(frame[0] & SingleSegment) != 0 ? 1.. : 2..];
        return (frame[0] >> 6) switch
        {
            0 => size[0],
            1 => 256 + System.Buffers.Binary.BinaryPrimitives.ReadUInt16LittleEndian(size),
            _ => System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(size),
        };
    }

    private Compressor NewCompressor(int level)
    {
        var compressor = new Compressor(level);
        if (_dictionary is not null)
        {
            compressor.SetParameter(ZSTD_cParameter.ZSTD_c_dictIDFlag, 0);
            compressor.SetParameter(ZSTD_cParameter.ZSTD_c_experimentalParam2, (int)ZSTD_format_e.ZSTD_f_zstd1_magicless);
            compressor.LoadDictionary(_dictionary);
        }

        return compressor;
    }

    private Decompressor NewDecompressor()
    {
        var decompressor = new Decompressor();
        if (_dictionary is not null)
        {
            decompressor.SetParameter(ZSTD_dParameter.ZSTD_d_experimentalParam1, (int)ZSTD_format_e.ZSTD_f_zstd1_magicless);
            decompressor.LoadDictionary(_dictionary);
        }

        return decompressor;
    }
}
