/* Prints the version and the features of the librdkafka it is linked with: "2.15.1 gzip,snappy,ssl,…". */
#include <stdio.h>

#include "rdkafka.h"

int main(void)
{
    char features[1024];
    size_t size = sizeof features;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_res_t result = rd_kafka_conf_get(conf, "builtin.features", features, &size);
    rd_kafka_conf_destroy(conf);
    if (result != RD_KAFKA_CONF_OK)
        return 1;
    printf("%s %s\n", rd_kafka_version_str(), features);
    return 0;
}
