"""What an adult body can do: joint limits, volume and speed, from `data/body.yaml`."""
