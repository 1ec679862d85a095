// Encrypts a submission as ODK Collect does, with Java's own ciphers: a second implementation of the specification.
// Usage: java Encrypt.java PUBLIC_KEY_BASE64 FORM VERSION INSTANCE FOLDER, where FOLDER holds submission.xml and perhaps
// attachments; writes the .enc files and manifest.xml beside them.
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

public class Encrypt {
    static PublicKey key;

    public static void main(String[] args) throws Exception {
        byte[] der = Base64.getDecoder().decode(args[0]);
        key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der));
        String form = args[1], version = args[2], instance = args[3];
        Path folder = Path.of(args[4]);
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        String wrapped = wrap(secret);
        byte[] vector = md5(instance.getBytes(StandardCharsets.UTF_8), secret);

        List<String> names = new ArrayList<>();
        try (var listed = Files.list(folder)) {
            listed.map(path -> path.getFileName().toString()).filter(n -> !n.equals("submission.xml")).forEach(names::add);
        }
        Collections.sort(names);
        names.add("submission.xml");
        StringBuilder signed = new StringBuilder(form + "\n" + version + "\n" + wrapped + "\n" + instance + "\n");
        StringBuilder media = new StringBuilder();
        for (int n = 0; n < names.size(); n++) {
            byte[] clear = Files.readAllBytes(folder.resolve(names.get(n)));
            vector[n % vector.length]++;
            Cipher cipher = Cipher.getInstance("AES/CFB/PKCS5Padding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(secret, "AES"), new IvParameterSpec(vector));
            Files.write(folder.resolve(names.get(n) + ".enc"), cipher.doFinal(clear));
            signed.append(names.get(n)).append("::").append(HexFormat.of().formatHex(md5(clear))).append("\n");
            if (n < names.size() - 1) media.append("<media><file>" + names.get(n) + ".enc</file></media>");
        }
        String signature = wrap(md5(signed.toString().getBytes(StandardCharsets.UTF_8)));
        Files.writeString(folder.resolve("manifest.xml"),
            "<?xml version='1.0' ?><data id=\"" + form + "\" version=\"" + version + "\" encrypted=\"yes\""
            + " xmlns=\"http://www.opendatakit.org/xforms/encrypted\">"
            + "<base64EncryptedKey>" + wrapped + "</base64EncryptedKey>"
            + "<n1:meta xmlns:n1=\"http://openrosa.org/xforms\"><n1:instanceID>" + instance + "</n1:instanceID></n1:meta>"
            + media + "<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
            + "<base64EncryptedElementSignature>" + signature + "</base64EncryptedElementSignature></data>");
    }

    static String wrap(byte[] content) throws Exception {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, key,
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT));
        return Base64.getEncoder().encodeToString(cipher.doFinal(content));
    }

    static byte[] md5(byte[]... parts) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("MD5");
        for (byte[] part : parts) digest.update(part);
        return digest.digest();
    }
}
