// Loads an XForm once, then each line of standard input as a filled-in instance of it, and prints for each line what
// ODK's own engine makes of it: whether it may be finalised, a tab, and the instance recomputed.
// Run as source: java -cp ODK_Validate.jar Evaluate.java form.xml < instances
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.javarosa.core.model.CoreModelModule;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.ValidateOutcome;
import org.javarosa.core.model.condition.EvaluationContext;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.services.PrototypeManager;
import org.javarosa.core.util.JavaRosaCoreModule;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.parse.XFormParser;

public class Evaluate {
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        new JavaRosaCoreModule().registerModule();
        PrototypeManager.registerPrototypes(CoreModelModule.classNames);
        new XFormsModule().registerModule();
        String form = Files.readString(Path.of(args[0]));
        FormDef definition = new XFormParser(new StringReader(form)).parse();
        TreeElement blank = definition.getMainInstance().getRoot().deepCopy(true);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            // As ODK Collect opens a saved form.
            TreeElement saved = XFormParser.restoreDataModel(line.getBytes(StandardCharsets.UTF_8), null).getRoot();
            TreeElement filled = blank.deepCopy(true);
            filled.populate(saved, definition);
            definition.getMainInstance().setRoot(filled);
            definition.initialize(false, new InstanceInitializationFactory());
            ValidateOutcome outcome = definition.validate(true);
            byte[] xml = new XFormSerializingVisitor().serializeInstance(definition.getMainInstance());
            String text = new String(xml, StandardCharsets.UTF_8).replace("\n", "").replace("\r", "");
            String verdict = outcome == null ? "valid" : outcome.failedPrompt.getReference().toString(false);
            out.println(verdict + "\t" + text);
        }
        out.flush();
    }
}
