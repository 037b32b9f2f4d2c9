using System.Security.Cryptography;
using System.Text;

namespace Tasuki.Vault.Classes;

/// <summary>
/// A shuffle of 0..n-1 that is different at every resident and dies with the index key: the number in the column says nothing about the class. Fisher-Yates
/// fed by HMAC-SHA-256 in counter mode.
/// </summary>
internal sealed class Permutation
{
    private readonly byte[] _forward;
    private readonly byte[] _back;

    private Permutation(byte[] forward)
    {
        _forward = forward;
        _back = new byte[forward.Length];
        for (var i = 0; i < forward.Length; i++)
            _back[forward[i]] = (byte)i;
    }

    public static Permutation Of(ReadOnlySpan<byte> key, string name, int size)
    {
        var forward = new byte[size];
        for (var i = 0; i < size; i++)
            forward[i] = (byte)i;

        var stream = new Draws(key.ToArray(), name);
        for (var i = size - 1; i > 0; i--)
        {
            var j = stream.Below(i + 1);
            (forward[i], forward[j]) = (forward[j], forward[i]);
        }

        return new Permutation(forward);
    }

    public int Apply(int index) => _forward[index];

    /// <summary>-1 for a number that no permutation gives.</summary>
    public int Undo(int permuted) => permuted >= 0 && permuted < _back.Length ? _back[permuted] : -1;

    public ulong ApplyMask(ulong mask)
    {
        if (mask is ulong.MaxValue or 0)
            return mask;
        ulong permuted = 0;
        for (var i = 0; i < _forward.Length; i++)
            permuted |= (mask >> i & 1) << _forward[i];
        return permuted;
    }

    public ulong UndoMask(ulong permuted)
    {
        ulong mask = 0;
        for (var i = 0; i < _back.Length; i++)
            mask |= (permuted >> i & 1) << _back[i];
        return mask;
    }

    private sealed class Draws(byte[] key, string name)
    {
        private byte[] _block = [];
        private int _at;
        private byte _counter;

        // Without rejection the small numbers would come a little more often.
        public int Below(int bound)
        {
            var limit = 256 - (256 % bound);
            int value;
            do
            {
                value = Next();
            }
            while (value >= limit);
            return value % bound;
        }

        private byte Next()
        {
            if (_at == _block.Length)
            {
                _block = HMACSHA256.HashData(key, (byte[])[.. Encoding.ASCII.GetBytes(name), 0, _counter++]);
                _at = 0;
            }

            return _block[_at++];
        }
    }
}
