import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;

/**
 * Kafka Streams and a bare consumer over the same records with the same decoding. One round for each line of the input; its answer
 * is a line that begins with "answer ". The process lives as long as the benchmark, so that its code is warm.
 */
public final class StreamsPeer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private StreamsPeer() {}

  /** A round: how the records are read, from where, and how many of them. */
  public record Round(String route, String brokers, String topic, String output, int records) {}

  /** An order's line. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Line(String product, int quantity, BigDecimal unit_price) {}

  /** An order, in the short form or in the full one. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Order(
      String order_id, String customer_id, String currency, String product, Integer quantity, List<Line> lines) {}

  /** The effect: what the output topic gets of each order. */
  public record Invoice(String order_id, String customer_id, List<Line> lines) {}

  public static void main(String[] arguments) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in));
    for (var line = input.readLine(); line != null && !line.isEmpty(); line = input.readLine()) {
      var round = JSON.readValue(line, Round.class);
      var seconds = round.route().equals("bare") ? bare(round) : streams(round);
      System.out.println("answer " + JSON.writeValueAsString(Map.of("seconds", seconds, "records", round.records())));
    }
  }

  private static Order decode(byte[] value) {
    try {
      return JSON.readValue(value, Order.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] invoice(Order order) {
    try {
      var lines =
          order.lines() != null
              ? order.lines()
              : List.of(new Line(order.product(), order.quantity() == null ? 1 : order.quantity(), null));
      return JSON.writeValueAsBytes(new Invoice(order.order_id(), order.customer_id(), lines));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Properties settings(Round round) {
    var settings = new Properties();
    settings.put("bootstrap.servers", round.brokers());
    settings.put("auto.offset.reset", "earliest");
    return settings;
  }

  private static double bare(Round round) {
    var settings = settings(round);
    settings.put("group.id", "bare-" + UUID.randomUUID());
    settings.put("isolation.level", "read_committed");
    try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(round.topic()));
      long first = 0;
      var read = 0;
      while (read < round.records()) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          first = first == 0 ? System.nanoTime() : first;
          if (decode(record.value()).order_id() != null && ++read == round.records()) {
            break;
          }
        }
      }

      return (System.nanoTime() - first) / 1e9;
    }
  }

  private static double streams(Round round) throws InterruptedException {
    var settings = settings(round);
    settings.put("application.id", "streams-" + UUID.randomUUID());
    settings.put("processing.guarantee", round.route());
    settings.put("state.dir", System.getProperty("java.io.tmpdir"));
    var times = new long[2];
    var read = new AtomicInteger();
    var done = new CountDownLatch(1);
    var builder = new StreamsBuilder();
    builder.stream(round.topic(), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .mapValues(
            value -> {
              var effect = invoice(decode(value));
              var count = read.incrementAndGet();
              if (count == 1) {
                times[0] = System.nanoTime();
              } else if (count == round.records()) {
                times[1] = System.nanoTime();
                done.countDown();
              }

              return effect;
            })
        .to(round.output(), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    try (var streams = new KafkaStreams(builder.build(), settings)) {
      streams.start();
      done.await();
    }

    return (times[1] - times[0]) / 1e9;
  }
}
