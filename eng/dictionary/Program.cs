using System.Security.Cryptography;
using Tasuki.Dictionary;

// Writes dictionary 1 anew, byte for byte: dotnet run --project eng/dictionary -c Release [-- FILE]
var path = args.Length > 0 ? args[0] : "src/Tasuki.Vault/RecordStore/Dictionaries/1.dict";
var dictionary = Training.Dictionary1();
File.WriteAllBytes(path, dictionary);
Console.WriteLine($"{dictionary.Length} bytes, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(dictionary))}");
