using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FunctionsConsumers.IntegrationTests.LocalHost.Kafka;

/// <summary>A certificate authority made for one broker, the broker's key store, and an authority that signed nothing.</summary>
/// <param name="Authority">The file with the authority's certificate, in PEM.</param>
/// <param name="OtherAuthority">Another authority's.</param>
/// <param name="KeyStore">The broker's certificate and key, PKCS 12.</param>
public sealed record TlsFiles(string Authority, string OtherAuthority, string KeyStore)
{
    /// <summary>The password of the key store.</summary>
    public const string KeyStorePassword = "of-the-key-store";

    private static readonly TimeSpan Life = TimeSpan.FromDays(2);

    /// <summary>Makes the files.</summary>
    /// <param name="folder">Where to.</param>
    /// <returns>The files.</returns>
    public static TlsFiles Make(string folder)
    {
        var files = new TlsFiles(
            Path.Combine(folder, "authority.pem"), Path.Combine(folder, "other-authority.pem"), Path.Combine(folder, "broker.p12"));
        using var authority = MakeAuthority("Tests");
        using var other = MakeAuthority("Others");
        File.WriteAllText(files.Authority, authority.ExportCertificatePem());
        File.WriteAllText(files.OtherAuthority, other.ExportCertificatePem());

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var signed = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        using var broker = signed.CopyWithPrivateKey(key);
        File.WriteAllBytes(files.KeyStore,
            new X509Certificate2Collection { broker,
            X509CertificateLoader.LoadCertificate(authority.RawData) }.Export(X509ContentType.Pkcs12, KeyStorePassword)!);
        return files;
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        var now = DateTimeOffset.UtcNow;
        return request.CreateSelfSigned(now - Life, now + Life);
    }
}
