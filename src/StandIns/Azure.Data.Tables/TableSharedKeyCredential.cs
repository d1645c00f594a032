using System.Security.Cryptography;
using System.Text;

namespace Azure.Data.Tables;

/// <summary>An account's name and key, with which requests are signed.</summary>
public class TableSharedKeyCredential
{
    private volatile byte[] _key;

    /// <summary>A name and a key.</summary>
    /// <param name="accountName">The account.</param>
    /// <param name="accountKey">The key, in base 64.</param>
    /// <exception cref="FormatException">The key is not base 64.</exception>
    public TableSharedKeyCredential(string accountName, string accountKey)
    {
        AccountName = accountName;
        _key = Convert.FromBase64String(accountKey);
    }

    /// <summary>The account.</summary>
    public string AccountName { get; }

    /// <summary>Puts another key in the place of the one in use; requests begun later are signed with it.</summary>
    /// <param name="accountKey">The key, in base 64.</param>
    /// <exception cref="FormatException">The key is not base 64.</exception>
    public void SetAccountKey(string accountKey) => _key = Convert.FromBase64String(accountKey);

    /// <summary>The signature of a text: HMAC-SHA256 in base 64.</summary>
    internal string Sign(string text) => Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));
}
