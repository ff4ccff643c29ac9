/** Elements and attributes of a domain's definition as far as a capture keeps them, in libvirt's and Nova's words. */
const names = new Set(
  `domain name uuid memory unit dumpCore vcpu placement cpuset current iothreads resource partition fibrechannel appid
  cputune shares period quota global_period global_quota emulator_period emulator_quota iothread_period iothread_quota
  vcpupin emulatorpin iothreadpin vcpusched iothreadsched emulatorsched scheduler priority vcpus iothreads iothread
  cachetune cache monitor memorytune node level size id bandwidth
  memtune hard_limit soft_limit swap_hard_limit min_guarantee
  blkiotune weight device path read_bytes_sec write_bytes_sec total_bytes_sec read_iops_sec write_iops_sec total_iops_sec
  read_bytes_sec_max write_bytes_sec_max total_bytes_sec_max read_iops_sec_max write_iops_sec_max total_iops_sec_max
  read_bytes_sec_max_length write_bytes_sec_max_length total_bytes_sec_max_length read_iops_sec_max_length
  write_iops_sec_max_length total_iops_sec_max_length size_iops_sec group_name
  throttlegroups throttlegroup throttlefilters throttlefilter group
  metadata instance creationTime flavor extraSpecs extraSpec disk swap ephemeral intent asked key value at
  devices disk type snapshot rawio sgio model driver queues io discard detect_zeroes error_policy rerror_policy ioeventfd
  event_idx iommu ats packed copy_on_read metadata_cache queue_size page_per_vq
  source file dev dir protocol pool volume mode index startupPolicy tls namespace managed network bridge portgroup portid
  portgroupid dev bus tray removable rotation_rate serial alias iotune
  interface mac address virtualport parameters interfaceid instanceid managerid typeid typeidversion profileid target
  trustGuestRxFilters inbound outbound average peak burst floor txmode rx_queue_size tx_queue_size rss rss_hash_report
  teaming persistent connectionid slot function multifunction zpci uid fid controller unit reg irq cssid ssid devno iobase
  port check macTableManager connection router local`.split(/\s+/),
);

/** Values of closed sets. */
const values = new Set(
  `kvm qemu test xen hvf B bytes KB k KiB MB M MiB GB G GiB TB T TiB b
  static auto yes no on off default ignore emulate unmap native threads io_uring writeback writethrough none directsync
  unsafe file block network volume vhostuser nvme vhostvdpa dir disk cdrom floppy lun passthrough host mapped
  raw qcow2 qed vmdk vdi vhdx iso bochs cloop cow dmg parallels rbd nbd iscsi gluster sheepdog http https ftp ftps tftp ssh vxhs nfs
  virtio virtio-transitional virtio-non-transitional ide sata scsi usb fdc sd uml
  bridge ethernet direct hostdev user vdpa internal mcast server client udp null vds unix
  openvswitch midonet 802.1Qbg 802.1Qbh macvtap vepa private
  e1000 e1000e rtl8139 ne2k_pci pcnet vmxnet3 i82551 i82557b i82559er netfront igb lan9118 smc91c111 usb-net vhost tap vfio
  iothread timer bh pci drive virtio-serial ccid ccw virtio-mmio isa dimm mdev host_device requisite optional mandatory open closed
  transient persistent fifo rr batch idle preserve low high stop report enospace lun internal external`.split(
    /\s+/,
  ),
);

/** Whether an element or attribute is called so on every host. @param name without a prefix */
export function isXmlName(name: string): boolean {
  return names.has(name);
}

/** Whether it is one of the values that libvirt knows. */
export function isXmlValue(value: string): boolean {
  return values.has(value);
}
