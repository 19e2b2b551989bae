import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.event.ruler.JsonRuleCompiler;
import software.amazon.event.ruler.Ruler;

/** Reads a list of [pattern, event], each a text; writes for each true, false, or why the pattern is refused. */
public class Ask {
  public static void main(String[] arguments) throws Exception {
    ArrayNode answers = JsonNodeFactory.instance.arrayNode();
    for (var question : new ObjectMapper().readTree(Files.readString(Path.of(arguments[0])))) {
      var pattern = question.get(0).asText();
      var fault = JsonRuleCompiler.check(pattern);
      if (fault == null) answers.add(Ruler.matchesRule(question.get(1).asText(), pattern));
      else answers.add(fault);
    }
    System.out.println(answers);
  }
}
