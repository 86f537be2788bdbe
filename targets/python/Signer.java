import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignatureMethod;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * The XML signatures of the broker in Python, with the JDK alone. It holds the broker's key, which is made when it
 * starts and never leaves it. Each line on standard input is a command with its fields behind tabs, as base64; each is
 * answered by a line, "ok" with a field in the same form, or "no" with a word that says why.
 *
 *   certificate            the certificate of the key, DER
 *   rotate                 a new key and certificate in the place of the old; gives the certificate
 *   sign XML ID HASH       the enveloped signature of a document whose root has this id, as an element to be put in
 *   verify XML CERT...     the bytes of the one assertion of a document, if one of these certificates' keys signed it
 */
public class Signer {
  static final XMLSignatureFactory SIGNATURES = XMLSignatureFactory.getInstance("DOM");
  static final List<String> SAML =
      List.of("urn:oasis:names:tc:SAML:1.0:assertion", "urn:oasis:names:tc:SAML:2.0:assertion");
  static final String RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

  static KeyPair pair;
  static X509Certificate certificate;

  public static void main(String[] arguments) throws Exception {
    System.setProperty("com.sun.org.apache.xml.internal.security.ignoreLineBreaks", "true");
    rotate();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String answer;
      try {
        answer = "ok\t" + Base64.getEncoder().encodeToString(answer(line.split("\t", -1)));
      } catch (Refused refused) {
        answer = "no\t" + refused.getMessage();
      } catch (Exception | StackOverflowError | OutOfMemoryError thrown) {
        answer = "no\tfailed";
      }
      System.out.println(answer);
    }
  }

  /** Why a document is not believed, in a word. */
  static class Refused extends Exception {
    Refused(String why) {
      super(why, null, false, false);
    }
  }

  static void demand(boolean holds, String otherwise) throws Refused {
    if (!holds) throw new Refused(otherwise);
  }

  static byte[] answer(String[] words) throws Exception {
    List<byte[]> fields = new ArrayList<>();
    for (String word : Arrays.asList(words).subList(1, words.length)) fields.add(Base64.getDecoder().decode(word));
    switch (words[0]) {
      case "certificate":
        return certificate.getEncoded();
      case "rotate":
        rotate();
        return certificate.getEncoded();
      case "sign":
        return sign(parse(fields.get(0)), new String(fields.get(1), StandardCharsets.UTF_8),
            new String(fields.get(2), StandardCharsets.UTF_8).equals("sha1"));
      case "verify":
        return verify(parse(fields.get(0)), fields.subList(1, fields.size()));
      default:
        throw new Refused("command");
    }
  }

  /** Reads a document without a DTD, and therefore without entities; nothing is printed and nothing is fetched. */
  static Document parse(byte[] text) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    DocumentBuilder builder = factory.newDocumentBuilder();
    builder.setErrorHandler(new DefaultHandler());
    try {
      return builder.parse(new InputSource(new StringReader(new String(text, StandardCharsets.UTF_8))));
    } catch (SAXException malformed) {
      throw new Refused("xml");
    }
  }

  static byte[] sign(Document document, String id, boolean weak) throws Exception {
    Element root = document.getDocumentElement();
    for (String name : List.of("ID", "AssertionID")) if (root.hasAttribute(name)) root.setIdAttribute(name, true);
    Reference reference = SIGNATURES.newReference("#" + id,
        SIGNATURES.newDigestMethod(weak ? DigestMethod.SHA1 : DigestMethod.SHA256, null),
        List.of(SIGNATURES.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
            SIGNATURES.newTransform(CanonicalizationMethod.EXCLUSIVE, (TransformParameterSpec) null)), null, null);
    SignedInfo info = SIGNATURES.newSignedInfo(
        SIGNATURES.newCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
        SIGNATURES.newSignatureMethod(weak ? SignatureMethod.RSA_SHA1 : RSA_SHA256, null), List.of(reference));
    KeyInfoFactory infos = SIGNATURES.getKeyInfoFactory();
    KeyInfo key = infos.newKeyInfo(List.of(infos.newX509Data(List.of(certificate))));
    SIGNATURES.newXMLSignature(info, key).sign(new DOMSignContext(pair.getPrivate(), root));
    Transformer transformer = TransformerFactory.newInstance().newTransformer();
    transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    StringWriter text = new StringWriter();
    transformer.transform(new DOMSource(root.getLastChild()), new StreamResult(text));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The bytes that were signed: those of the one assertion, under the one signature in it, whose one reference is that
   * assertion. The key is that of a given certificate; what comes along in KeyInfo is never looked at. The order matters
   * to nobody who takes every refusal for one: how an assertion stands in its document is asked last.
   */
  static byte[] verify(Document document, List<byte[]> certificates) throws Exception {
    NodeList assertions = document.getElementsByTagNameNS("*", "Assertion");
    demand(assertions.getLength() > 0, "no-assertion");
    for (int index = 0; index < assertions.getLength(); index++) {
      Element assertion = (Element) assertions.item(index);
      demand(SAML.contains(assertion.getNamespaceURI()), "no-assertion");
      if (assertion.hasAttribute(idOf(assertion))) assertion.setIdAttribute(idOf(assertion), true);
    }
    NodeList signatures = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
    demand(signatures.getLength() > 0, "unsigned");
    demand(signatures.getLength() == 1, "several");

    Element element = (Element) signatures.item(0);
    byte[] bytes = null;
    XMLSignature signature = null;
    for (byte[] one : certificates) {
      DOMValidateContext context = new DOMValidateContext(certificateOf(one).getPublicKey(), element);
      context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.TRUE);
      context.setProperty("javax.xml.crypto.dsig.cacheReference", Boolean.TRUE);
      signature = unmarshal(context);
      if (!signature.getSignatureValue().validate(context)) continue;
      Reference reference = (Reference) signature.getSignedInfo().getReferences().get(0);
      demand(reference.validate(context), "digest");
      bytes = reference.getDigestInputStream().readAllBytes();
      break;
    }
    demand(bytes != null, "value");

    Element assertion = (Element) assertions.item(0);
    demand(assertions.getLength() == 1 && element.getParentNode() == assertion, "several");
    demand(signature.getObjects().isEmpty(), "several");
    Reference reference = (Reference) signature.getSignedInfo().getReferences().get(0);
    demand(reference.getURI().equals("#" + assertion.getAttribute(idOf(assertion))), "several");
    return bytes;
  }

  static String idOf(Element assertion) {
    return SAML.get(0).equals(assertion.getNamespaceURI()) ? "AssertionID" : "ID";
  }

  /** Reads a signature of the one form that is understood: RSA-SHA256, SHA-256, enveloped, exclusive, one reference. */
  static XMLSignature unmarshal(DOMValidateContext context) throws Exception {
    XMLSignature signature;
    try {
      signature = SIGNATURES.unmarshalXMLSignature(context);
    } catch (MarshalException | ClassCastException malformed) {
      throw new Refused("form");
    }
    SignedInfo info = signature.getSignedInfo();
    demand(info.getReferences().size() == 1, "form");
    Reference reference = (Reference) info.getReferences().get(0);
    List<String> transforms = new ArrayList<>();
    for (Object transform : reference.getTransforms()) transforms.add(((Transform) transform).getAlgorithm());
    demand(info.getCanonicalizationMethod().getAlgorithm().equals(CanonicalizationMethod.EXCLUSIVE)
        && info.getSignatureMethod().getAlgorithm().equals(RSA_SHA256)
        && reference.getDigestMethod().getAlgorithm().equals(DigestMethod.SHA256)
        && transforms.equals(List.of(Transform.ENVELOPED, CanonicalizationMethod.EXCLUSIVE))
        && reference.getURI() != null && reference.getURI().matches("#.+"), "form");
    return signature;
  }

  /** A new key, under a self-signed certificate to the end of 2049 that says no more than whose it is (RFC 5280). */
  static void rotate() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair fresh = generator.generateKeyPair();
    byte[] algorithm = HexFormat.of().parseHex("300d06092a864886f70d01010b0500");
    byte[] common = sequence(HexFormat.of().parseHex("0603550403"), der(0x0c, ascii("K2Trust signing")));
    byte[] name = sequence(der(0x31, common));
    byte[] validity = sequence(der(0x17, ascii("200101000000Z")), der(0x17, ascii("491231235959Z")));
    byte[] body = sequence(HexFormat.of().parseHex("a003020102"),
        der(0x02, new BigInteger(126, new SecureRandom()).setBit(126).toByteArray()), algorithm, name,
        validity, name, fresh.getPublic().getEncoded());
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(fresh.getPrivate());
    signature.update(body);
    certificate = certificateOf(sequence(body, algorithm, der(0x03, new byte[] {0}, signature.sign())));
    pair = fresh;
  }

  static X509Certificate certificateOf(byte[] der) throws Exception {
    return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] sequence(byte[]... parts) {
    return der(0x30, parts);
  }

  static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream inside = new ByteArrayOutputStream();
    for (byte[] part : parts) inside.writeBytes(part);
    int length = inside.size();
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.write(tag);
    if (length > 0xff) whole.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> 8)});
    else if (length > 0x7f) whole.write(0x81);
    whole.write(length);
    whole.writeBytes(inside.toByteArray());
    return whole.toByteArray();
  }
}
