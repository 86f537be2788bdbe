import java.io.File;
import java.io.FileInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.ExcC14NParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.Transformer;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * The XML signatures of the JDK, as an independent judge. Works on every .xml file of a folder, which also holds
 * certificate.der and, for signing, key.pkcs8.
 *
 * verify FOLDER  prints for each file its name, "valid" or what is wrong, and each text of it as base64 of UTF-8, by tabs
 * sign FOLDER    writes each file anew as NAME.signed, its signature after the issuer of SAML 2.0, else last
 */
public class Signatures {
  static final String RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
  static final XMLSignatureFactory FACTORY = XMLSignatureFactory.getInstance("DOM");

  public static void main(String[] arguments) throws Exception {
    File folder = new File(arguments[1]);
    X509Certificate certificate;
    try (FileInputStream in = new FileInputStream(new File(folder, "certificate.der"))) {
      certificate = (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
    File[] files = folder.listFiles((directory, name) -> name.endsWith(".xml"));
    Arrays.sort(files);
    for (File file : files) {
      if (arguments[0].equals("sign")) sign(file, certificate);
      else System.out.println(verify(file, certificate));
    }
  }

  static Document parse(File file) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
    return factory.newDocumentBuilder().parse(file);
  }

  /** The id of the outermost element that has one, which is told to be an id on the way. */
  static Element identified(Element element) {
    for (String name : List.of("ID", "AssertionID")) {
      if (element.hasAttributeNS(null, name)) {
        element.setIdAttributeNS(null, name, true);
        return element;
      }
    }
    for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child instanceof Element) {
        Element found = identified((Element) child);
        if (found != null) return found;
      }
    }
    return null;
  }

  static String verify(File file, X509Certificate certificate) {
    StringBuilder line = new StringBuilder(file.getName()).append('\t');
    try {
      Document document = parse(file);
      Element signed = identified(document.getDocumentElement());
      NodeList signatures = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
      if (signatures.getLength() != 1) return line.append(signatures.getLength() + " signatures").toString();
      DOMValidateContext context = new DOMValidateContext(certificate.getPublicKey(), signatures.item(0));
      context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.TRUE);
      XMLSignature signature = FACTORY.unmarshalXMLSignature(context);
      boolean own = ((Reference) signature.getSignedInfo().getReferences().get(0)).getURI()
          .equals("#" + (signed.hasAttribute("ID") ? signed.getAttribute("ID") : signed.getAttribute("AssertionID")));
      line.append(!own ? "refers to something else" : signature.validate(context) ? "valid" : "invalid");
      texts(document.getDocumentElement(), line);
    } catch (Exception | StackOverflowError thrown) {
      line.append(thrown.toString().replaceAll("\\s+", " "));
    }
    return line.toString();
  }

  static void texts(Element element, StringBuilder line) {
    boolean leaf = true;
    for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
      if (child instanceof Element) {
        leaf = false;
        texts((Element) child, line);
      }
    }
    if (leaf) {
      byte[] text = element.getTextContent().getBytes(StandardCharsets.UTF_8);
      line.append('\t').append(Base64.getEncoder().encodeToString(text));
    }
  }

  static void sign(File file, X509Certificate certificate) throws Exception {
    byte[] pkcs8 = Files.readAllBytes(Path.of(file.getParent(), "key.pkcs8"));
    PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    Document document = parse(file);
    Element element = identified(document.getDocumentElement());
    String id = element.hasAttribute("ID") ? element.getAttribute("ID") : element.getAttribute("AssertionID");
    Node before = null;
    for (Node child = element.getFirstChild(); child != null; child = child.getNextSibling()) {
      if ("Issuer".equals(child.getLocalName())) before = child.getNextSibling();
    }
    Reference reference = FACTORY.newReference("#" + id, FACTORY.newDigestMethod(DigestMethod.SHA256, null),
        List.of(FACTORY.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
            FACTORY.newTransform(CanonicalizationMethod.EXCLUSIVE, new ExcC14NParameterSpec(List.of("xs", "xsi")))),
        null, null);
    SignedInfo signedInfo = FACTORY.newSignedInfo(
        FACTORY.newCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
        FACTORY.newSignatureMethod(RSA_SHA256, null), List.of(reference));
    KeyInfoFactory infos = FACTORY.getKeyInfoFactory();
    KeyInfo info = infos.newKeyInfo(List.of(infos.newX509Data(List.of(certificate))));
    DOMSignContext context = before == null ? new DOMSignContext(key, element) : new DOMSignContext(key, element, before);
    FACTORY.newXMLSignature(signedInfo, info).sign(context);
    Transformer transformer = TransformerFactory.newInstance().newTransformer();
    transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
    transformer.transform(new DOMSource(document), new StreamResult(new File(file.getPath() + ".signed")));
  }
}
