import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.server.MiniYARNCluster;

/**
 * A YARN cluster in one process, with real resource and node managers; each container is a process of its own.
 *
 * Words: a folder, the number of nodes, the MiB of a node. When all nodes are there it writes the cluster's yarn-site.xml
 * into the folder and says so. It ends with its standard input: it does not outlive who started it.
 */
public class MiniYarn {
    public static void main(String[] words) {
        int code = 0;
        try {
            run(words);
        } catch (Exception | LinkageError error) {
            error.printStackTrace();
            code = 1;
        }
        System.exit(code); // also where a service's thread goes on
    }

    private static void run(String[] words) throws Exception {
        Path folder = Path.of(words[0]);
        int nodes = Integer.parseInt(words[1]);
        try (MiniYARNCluster cluster = new MiniYARNCluster("yarn", nodes, 1, 1)) {
            cluster.init(settings(words[2]));
            cluster.start();
            if (!cluster.waitForNodeManagersToConnect(60_000)) {
                throw new IllegalStateException(nodes + " node managers did not connect within a minute");
            }
            try (OutputStream stream = Files.newOutputStream(folder.resolve("yarn-site.xml"))) {
                cluster.getConfig().writeXml(stream);
            }
            System.out.println("all nodes are there");
            while (System.in.read() >= 0) { }
        }
    }

    private static YarnConfiguration settings(String memory) {
        YarnConfiguration settings = new YarnConfiguration();
        settings.set("fs.defaultFS", "file:///");
        settings.set("yarn.minicluster.yarn.nodemanager.resource.memory-mb", memory);
        settings.set("yarn.nodemanager.resource.memory-mb", memory);
        settings.set("yarn.scheduler.maximum-allocation-mb", memory);
        settings.set("yarn.scheduler.minimum-allocation-mb", "256");
        settings.set("yarn.nodemanager.resource.cpu-vcores", "2");
        settings.set("yarn.scheduler.capacity.root.queues", "default");
        settings.set("yarn.scheduler.capacity.root.default.capacity", "100");
        settings.set("yarn.scheduler.capacity.maximum-am-resource-percent", "1");
        // a container that takes more memory than it asked for is ended, as on a real cluster; addresses cost nothing
        settings.set("yarn.nodemanager.pmem-check-enabled", "true");
        settings.set("yarn.nodemanager.vmem-check-enabled", "false");
        settings.set("yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage", "100");
        return settings;
    }
}
